-- Stores the jobs of one request that has idempotency keys or limits of depth, wholly or not at all. The parameters are
-- those of `push`, with, for each job, its task, and the hash and time to live of its key; and each limited queue's limit.
-- Answers as JSON: `holders`, by the number of the job, or `refused` with what a message needs.
-- Primary keys of `key`, `job` and `finished`; a limited queue's pushes wait for one another (an advisory lock of the
-- transaction), so that its depth, a sum over `lane_state`, is exact.
CREATE OR REPLACE FUNCTION {schema}.push_carefully(
  ids text[], inputs bytea[], headers text[], keys text[], nodes text[], shapes integer[],
  lanes integer[], priorities smallint[], earlies boolean[], forms smallint[],
  due_ats bigint[], due_afters bigint[], expires_ats bigint[], expires_afters bigint[],
  deadline_at bigint, keeping boolean,
  tasks text[], hashes text[], ttls bigint[], limited_queues text[], limits bigint[]
) RETURNS text LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  creating integer[] := '{}';
  created text[] := '{}';
  holders jsonb := '{}';
  holder text;
  holder_hash text;
  refusal text;
  found_queue record;
BEGIN
  PERFORM {schema}.keep_deadline(deadline_at, now_ms);
  PERFORM pg_advisory_xact_lock(hashtextextended('{schema}:depth:' || queue, 0))
  FROM (SELECT DISTINCT queue FROM unnest(limited_queues) AS limited (queue) ORDER BY queue) AS ordered;
  FOR number IN 1 .. cardinality(ids) LOOP
    holder := NULL;
    IF ids[number] = ANY (created) OR EXISTS (SELECT FROM {schema}.job WHERE id = ids[number])
      OR EXISTS (SELECT FROM {schema}.finished WHERE id = ids[number]) THEN
      holder := ids[number];
    ELSIF keys[number] IS NOT NULL THEN
      INSERT INTO {schema}.key AS held (task, key, job, input_hash, expires_at)
      VALUES (tasks[number], keys[number], ids[number], hashes[number], {schema}.instant(NULL, ttls[number], now_ms))
      ON CONFLICT (task, key) DO UPDATE
        SET job = excluded.job, input_hash = excluded.input_hash, expires_at = excluded.expires_at
        WHERE held.expires_at <= now_ms AND held.job <> ALL (created)
          AND NOT EXISTS (SELECT FROM {schema}.job WHERE id = held.job);
      IF NOT FOUND THEN
        SELECT key.job, key.input_hash INTO holder, holder_hash
        FROM {schema}.key WHERE key.task = tasks[number] AND key.key = keys[number];
        IF holder_hash <> hashes[number] AND holder <> ids[number] THEN
          RAISE EXCEPTION 'key conflict' USING ERRCODE = 'LV002', DETAIL =
            json_build_object('kind', 'key', 'key', keys[number], 'task', tasks[number], 'jobId', holder);
        END IF;
      END IF;
    END IF;
    IF holder IS NULL THEN
      creating := creating || number;
      created := created || ids[number];
    ELSE
      holders := holders || jsonb_build_object(number, holder);
    END IF;
  END LOOP;
  IF cardinality(creating) > 0 THEN
    PERFORM {schema}.push(
      ARRAY(SELECT ids[number] FROM unnest(creating) AS wanted (number)),
      ARRAY(SELECT inputs[number] FROM unnest(creating) AS wanted (number)),
      ARRAY(SELECT headers[number] FROM unnest(creating) AS wanted (number)),
      ARRAY(SELECT keys[number] FROM unnest(creating) AS wanted (number)),
      CASE WHEN cardinality(nodes) > 0 THEN ARRAY(SELECT nodes[number] FROM unnest(creating) AS wanted (number)) END,
      ARRAY(SELECT shapes[number] FROM unnest(creating) AS wanted (number)),
      lanes, priorities, earlies, forms, due_ats, due_afters, expires_ats, expires_afters, deadline_at, keeping
    );
  END IF;
  FOR found_queue IN
    SELECT limited.queue, limited.bound, (
      SELECT coalesce(sum(counted.jobs), 0)::bigint
      FROM {schema}.lane JOIN {schema}.lane_state AS counted ON counted.lane = lane.lane
      WHERE lane.queue = limited.queue AND counted.state IN ('waiting', 'scheduled', 'ready', 'active')
    ) AS depth, (
      SELECT count(*) FROM unnest(creating) AS wanted (number)
      JOIN {schema}.lane ON lane.lane = lanes[shapes[wanted.number]]
      WHERE lane.queue = limited.queue
    ) AS added
    FROM unnest(limited_queues, limits) AS limited (queue, bound)
    WHERE limited.queue IN (
      SELECT lane.queue FROM unnest(creating) AS wanted (number)
      JOIN {schema}.lane ON lane.lane = lanes[shapes[wanted.number]]
    )
  LOOP
    IF found_queue.depth > found_queue.bound THEN
      RAISE EXCEPTION 'queue full' USING ERRCODE = 'LV002', DETAIL = json_build_object(
        'kind', 'queue', 'queue', found_queue.queue, 'depth', found_queue.depth - found_queue.added,
        'maxDepth', found_queue.bound
      );
    END IF;
  END LOOP;
  RETURN json_build_object('holders', holders);
EXCEPTION WHEN SQLSTATE 'LV002' THEN
  GET STACKED DIAGNOSTICS refusal = PG_EXCEPTION_DETAIL;
  RETURN json_build_object('refused', refusal::json);
END
$$;
