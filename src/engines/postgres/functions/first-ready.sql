-- The number in push order of the first ready job behind `told`, of those that a worker may take; null where there is
-- none. The index `job_ready`, for each priority of each lane that has ready jobs at all.
CREATE OR REPLACE FUNCTION {schema}.first_ready(known_tasks text[], known_queues text[], told bigint) RETURNS bigint
LANGUAGE plpgsql {plan} AS $$
BEGIN
  RETURN (
    SELECT min(head.sequence)
    FROM unnest({schema}.eligible_lanes(known_tasks, known_queues)) AS wanted_lane (lane)
    CROSS JOIN LATERAL (
      SELECT (
        SELECT place & 576460752303423487 FROM {schema}.job
        WHERE lane = wanted_lane.lane AND state = 'ready' AND crashes < 2
          AND place > (urgency::bigint << 59) + told AND place <= (urgency::bigint << 59) + 576460752303423487
        ORDER BY place LIMIT 1
      ) AS sequence
      FROM generate_series(0, 9) AS urgency
      WHERE EXISTS (SELECT FROM {schema}.job WHERE lane = wanted_lane.lane AND state = 'ready' AND crashes < 2)
    ) AS head
  );
END
$$;
