-- The lanes with jobs that must run alone in a process, of those that a worker may claim from. One look at the head of each
-- lane in the index `job_quarantined`, which is empty nearly always; primary keys of `lane` and `queue`.
CREATE OR REPLACE FUNCTION {schema}.quarantined_lanes(known_tasks text[], known_queues text[]) RETURNS integer[]
LANGUAGE plpgsql AS $$
DECLARE
  first_lane integer := (
    SELECT lane FROM {schema}.job WHERE state = 'ready' AND crashes >= 2 ORDER BY lane LIMIT 1
  );
  holding integer[];
BEGIN
  IF first_lane IS NULL THEN RETURN '{}'; END IF;
  holding := ARRAY(
    WITH RECURSIVE head AS (
      SELECT first_lane AS lane
      UNION ALL
      SELECT (
        SELECT job.lane FROM {schema}.job
        WHERE job.state = 'ready' AND job.crashes >= 2 AND job.lane > head.lane ORDER BY job.lane LIMIT 1
      )
      FROM head WHERE head.lane IS NOT NULL
    )
    SELECT lane FROM head WHERE lane IS NOT NULL
  );
  RETURN ARRAY(
    SELECT lane.lane FROM {schema}.lane
    WHERE lane.lane = ANY (holding) AND lane.task = ANY (known_tasks)
      AND (known_queues IS NULL OR lane.queue = ANY (known_queues))
      AND NOT EXISTS (SELECT FROM {schema}.queue WHERE queue.name = lane.queue AND queue.paused)
  );
END
$$;
