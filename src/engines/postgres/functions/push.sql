-- Stores jobs, all of one commit. What jobs have in common comes once, as a shape: `shapes[n]` is the number of the shape
-- of job n. Answers with the ids that were created, or null where that is every one of them.
-- `nodes` are the jobs' places in workflows as JSON, an empty list where none has one: one with slots waits.
-- Unique index `job_pkey` finds ids that are there. Of finished jobs it asks first whether any lies between the first
-- and the last id of the batch, which for new ids is answered by one look at the end of one partition's primary key.
CREATE OR REPLACE FUNCTION {schema}.push(
  ids text[], inputs bytea[], headers text[], keys text[], nodes text[], shapes integer[],
  lanes integer[], priorities smallint[], earlies boolean[], forms smallint[],
  due_ats bigint[], due_afters bigint[], expires_ats bigint[], expires_afters bigint[],
  deadline_at bigint, keeping boolean
) RETURNS text[] LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  tasks integer[];
  created text[];
  states text[];
  ready_lanes integer[];
  ready_counts bigint[];
  last bigint;
BEGIN
  PERFORM {schema}.keep_deadline(deadline_at, now_ms);
  tasks := ARRAY(
    SELECT (
      SELECT task.task FROM {schema}.lane JOIN {schema}.task ON task.name = lane.task WHERE lane.lane = given.lane
    )
    FROM unnest(lanes) WITH ORDINALITY AS given (lane, number) ORDER BY given.number
  );
  WITH given AS (
    SELECT job.id, job.input, job.header, job.key, job.node IS NOT NULL AS has_node, job.shape, job.waits,
      CASE WHEN NOT job.waits THEN {schema}.instant(due_ats[job.shape], due_afters[job.shape], now_ms) END AS due_at
    FROM (
      SELECT *, coalesce((given.node::json ->> 'slots')::integer > 0, false) AS waits
      FROM unnest(ids, inputs, headers, keys, nodes, shapes) AS given (id, input, header, key, node, shape)
    ) AS job
  ), inserted AS (
    INSERT INTO {schema}.job (
      id, place, lane, task, version, fence, failures, crashes, priority, form, early, has_node, state, created_at,
      due_at, expires_at, key, headers, input
    )
    SELECT id, ((9 - priorities[shape])::bigint << 59) + nextval('{schema}.push_order'), lanes[shape], tasks[shape], 1, 0, 0,
      0, priorities[shape], forms[shape], earlies[shape], has_node,
      CASE WHEN waits THEN 'waiting' WHEN due_at > now_ms THEN 'scheduled' ELSE 'ready' END, now_ms, due_at, {schema}.instant(expires_ats[shape], expires_afters[shape], now_ms), key, header, input
    FROM given
    ON CONFLICT (id) DO NOTHING
    RETURNING id, lane, state
  ), tallied AS (
    INSERT INTO {schema}.tally (lane, became, jobs)
    SELECT lane, state, count(*) FROM inserted GROUP BY lane, state
    RETURNING lane, became, jobs
  )
  SELECT (SELECT array_agg(id) FROM inserted), (SELECT array_agg(state) FROM inserted),
    array_agg(lane) FILTER (WHERE became = 'ready'), array_agg(jobs) FILTER (WHERE became = 'ready')
  INTO created, states, ready_lanes, ready_counts
  FROM tallied;
  IF EXISTS (
    SELECT FROM {schema}.finished
    WHERE id >= (SELECT min(given.id) FROM unnest(ids) AS given (id))
      AND id <= (SELECT max(given.id) FROM unnest(ids) AS given (id))
  ) THEN
    created := {schema}.withdraw_finished(created);
    states := NULL;
  END IF;
  IF cardinality(nodes) > 0 THEN
    PERFORM {schema}.keep_nodes(created, ids, nodes, shapes, due_ats, due_afters);
  END IF;
  PERFORM {schema}.wake(ready_lanes, ready_counts, (SELECT last_value FROM {schema}.push_order), keeping);
  IF states IS NULL THEN
    SELECT array_agg(job.state ORDER BY given.number) INTO states
    FROM unnest(created) WITH ORDINALITY AS given (id, number) JOIN {schema}.job ON job.id = given.id;
  END IF;
  PERFORM {schema}.changed(created, states);
  RETURN CASE WHEN cardinality(created) = cardinality(ids) THEN NULL ELSE coalesce(created, '{}') END;
END
$$;
