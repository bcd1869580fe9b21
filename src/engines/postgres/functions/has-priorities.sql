-- Whether the ready jobs of these lanes have more than one priority: where not, the order of claims is that of pushes.
-- Both ends of each lane in the index `job_ready`.
CREATE OR REPLACE FUNCTION {schema}.has_priorities(lanes integer[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN (
    SELECT min(edge.place) >> 59 <> max(edge.place) >> 59
    FROM unnest(lanes) AS wanted_lane (lane)
    CROSS JOIN LATERAL (
      (SELECT place FROM {schema}.job WHERE lane = wanted_lane.lane AND state = 'ready' AND crashes < 2
        ORDER BY place LIMIT 1)
      UNION ALL
      (SELECT place FROM {schema}.job WHERE lane = wanted_lane.lane AND state = 'ready' AND crashes < 2
        ORDER BY place DESC LIMIT 1)
    ) AS edge
  );
END
$$;
