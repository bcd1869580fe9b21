-- Gives ready jobs to a worker: first the `sources` are found that it may take from (paused queues and unknown tasks are
-- out), then their heads are locked by `pick`, which never visits another job. `oldest` of the jobs are those that were
-- pushed first, whatever their priority; they are only looked for where there is more than one priority.
-- The last row has no id, and says whether a job waits that must run alone in its process.
CREATE OR REPLACE FUNCTION {schema}.claim(
  claimant text, exchange_number bigint, known_tasks text[], known_queues text[], wanted integer, alone boolean,
  oldest integer, retain bigint, expiry_reason text
) RETURNS TABLE (
  id text, sequence bigint, lane integer, priority smallint, form smallint, input text, headers text, early boolean,
  failures integer, crashes integer, fence integer, created_at bigint, node text, is_filled boolean,
  quarantined boolean
) LANGUAGE plpgsql {plan} AS $$
#variable_conflict use_column
DECLARE
  now_ms bigint := {schema}.now_ms();
  lanes integer[] := '{}';
  tasks integer[] := '{}';
  alone_lanes integer[] := '{}';
  has_priorities boolean := true;
  first_pushed tid[] := '{}';
  picked tid[] := '{}';
  taking tid[];
  claimed_ids text[];
BEGIN
  quarantined := false;
  IF wanted > 0 AND EXISTS (SELECT FROM {schema}.lease WHERE lease.worker = claimant) THEN
    IF EXISTS (
      SELECT FROM {schema}.job
      WHERE expires_at IS NOT NULL AND (state = 'ready' OR state = 'scheduled' OR state = 'waiting')
        AND expires_at <= now_ms
    ) THEN
      PERFORM {schema}.expire(500, retain, expiry_reason, true);
    END IF;
    alone_lanes := {schema}.quarantined_lanes(known_tasks, known_queues);
    IF alone AND cardinality(alone_lanes) > 0 THEN picked := {schema}.pick_quarantined(alone_lanes, now_ms); END IF;
    IF cardinality(picked) = 0 THEN
      SELECT found.lanes, found.tasks INTO lanes, tasks FROM {schema}.sources(known_tasks, known_queues) AS found;
      -- One source needs no look ahead where no turn of the oldest comes.
      IF cardinality(lanes) > 1 OR oldest > 0 THEN
        SELECT found.lanes, found.tasks, found.has_priorities INTO lanes, tasks, has_priorities
        FROM {schema}.narrow(lanes, tasks) AS found;
      END IF;
    END IF;
    IF cardinality(lanes) > 0 THEN
      IF oldest > 0 AND has_priorities THEN
        first_pushed := {schema}.pick_oldest(lanes, tasks, oldest, now_ms);
      ELSE
        -- The next so many jobs lie in as many sources at most, those with the first heads. Others may hold some of them.
        lanes := lanes[1:2 * wanted + 100];
        tasks := tasks[1:2 * wanted + 100];
      END IF;
      IF wanted > cardinality(first_pushed) THEN
        picked := {schema}.pick(lanes, tasks, wanted - cardinality(first_pushed), first_pushed, now_ms);
      END IF;
    END IF;
    taking := first_pushed || picked;
    IF cardinality(taking) > 0 THEN
      RETURN QUERY
        WITH taken AS (
          UPDATE {schema}.job SET
            state = 'active', worker = claimant, exchange = exchange_number, started_at = now_ms, retain_ms = retain,
            fence = job.fence + 1, version = job.version + 1
          WHERE job.ctid = ANY (taking) AND job.state = 'ready'
            -- A queue whose first ready job came after the sources were found, or that was paused since.
            AND (NOT EXISTS (SELECT FROM {schema}.queue WHERE queue.paused) OR NOT EXISTS (
              SELECT FROM {schema}.lane JOIN {schema}.queue ON queue.name = lane.queue
              WHERE lane.lane = job.lane AND queue.paused
            ))
          RETURNING job.*
        ), tallied AS (
          INSERT INTO {schema}.tally (lane, was, became, jobs)
          SELECT lane, 'ready', 'active', count(*) FROM taken GROUP BY lane
        )
        SELECT taken.id, taken.place & 576460752303423487, taken.lane, taken.priority, taken.form,
          CASE WHEN taken.form = 0 THEN convert_from(taken.input, 'UTF8') ELSE encode(taken.input, 'base64') END,
          taken.headers, taken.early, taken.failures, taken.crashes, taken.fence, taken.created_at,
          CASE WHEN taken.has_node THEN (SELECT node.body::text FROM {schema}.node WHERE node.job = taken.id) END,
          CASE WHEN taken.has_node THEN EXISTS (SELECT FROM {schema}.slot WHERE slot.job = taken.id) END, false
        FROM taken;
      IF {schema}.is_heard('jobs') THEN
        claimed_ids := ARRAY(
          SELECT job.id FROM {schema}.job
          WHERE job.worker = claimant AND job.state = 'active' AND job.exchange = exchange_number
        );
        PERFORM {schema}.changed(claimed_ids, array_fill('active'::text, ARRAY[cardinality(claimed_ids)]));
      END IF;
    END IF;
    quarantined := cardinality(alone_lanes) > 0 AND EXISTS (
      SELECT FROM {schema}.job
      WHERE job.lane = ANY (alone_lanes) AND job.state = 'ready' AND job.crashes >= 2
        AND (job.expires_at IS NULL OR job.expires_at > now_ms)
    );
  END IF;
  id := NULL;
  RETURN NEXT;
END
$$;
