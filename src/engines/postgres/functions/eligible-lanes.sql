-- The lanes from which a worker may claim now. A scan of `lane`, which has a row for each task of each queue.
CREATE OR REPLACE FUNCTION {schema}.eligible_lanes(known_tasks text[], known_queues text[]) RETURNS integer[]
LANGUAGE plpgsql AS $$
BEGIN
  RETURN ARRAY(
    SELECT lane.lane FROM {schema}.lane
    WHERE lane.task = ANY (known_tasks) AND (known_queues IS NULL OR lane.queue = ANY (known_queues))
      AND NOT EXISTS (SELECT FROM {schema}.queue WHERE queue.name = lane.queue AND queue.paused)
  );
END
$$;
