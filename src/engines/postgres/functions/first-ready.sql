-- The number in push order of the first ready job behind `told`, of those that a worker may take; null where there is
-- none. The index `job_ready` or `job_ready_task`, for each priority of each source that has ready jobs at all.
CREATE OR REPLACE FUNCTION {schema}.first_ready(known_tasks text[], known_queues text[], told bigint) RETURNS bigint
LANGUAGE plpgsql {plan} AS $$
DECLARE
  source record;
BEGIN
  SELECT lanes, tasks INTO source FROM {schema}.sources(known_tasks, known_queues);
  SELECT lanes, tasks INTO source FROM {schema}.narrow(source.lanes, source.tasks);
  IF cardinality(source.lanes) = 0 THEN RETURN NULL; END IF;
  RETURN (
    SELECT min(head.sequence)
    FROM unnest(source.lanes, source.tasks) AS wanted (lane, task)
    CROSS JOIN generate_series(0, 9) AS urgency
    CROSS JOIN LATERAL (
      (SELECT place & 576460752303423487 AS sequence FROM {schema}.job
      WHERE lane = wanted.lane AND state = 'ready' AND crashes < 2
        AND place > (urgency::bigint << 59) + told AND place <= (urgency::bigint << 59) + 576460752303423487
      ORDER BY place LIMIT 1)
      UNION ALL
      (SELECT place & 576460752303423487 FROM {schema}.job
      WHERE task = wanted.task AND state = 'ready' AND crashes < 2
        AND place > (urgency::bigint << 59) + told AND place <= (urgency::bigint << 59) + 576460752303423487
      ORDER BY place LIMIT 1)
    ) AS head
  );
END
$$;
