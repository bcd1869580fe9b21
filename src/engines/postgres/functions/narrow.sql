-- Of some sources those that have ready jobs at all, in the order of their heads, and whether these jobs have more than one
-- priority: where not, the order of claims is that of pushes. Both ends of each source in the index `job_ready` or `job_ready_task`.
CREATE OR REPLACE FUNCTION {schema}.narrow(INOUT lanes integer[], INOUT tasks integer[], OUT has_priorities boolean)
LANGUAGE plpgsql AS $$
BEGIN
  SELECT coalesce(array_agg(source.lane ORDER BY ends.first), '{}'),
    coalesce(array_agg(source.task ORDER BY ends.first), '{}'),
    min(ends.first) >> 59 <> max(ends.last) >> 59
  INTO lanes, tasks, has_priorities
  FROM unnest(lanes, tasks) AS source (lane, task)
  CROSS JOIN LATERAL (
    SELECT min(edge.place) AS first, max(edge.place) AS last
    FROM (
      (SELECT place FROM {schema}.job WHERE lane = source.lane AND state = 'ready' AND crashes < 2
        ORDER BY place LIMIT 1)
      UNION ALL
      (SELECT place FROM {schema}.job WHERE lane = source.lane AND state = 'ready' AND crashes < 2
        ORDER BY place DESC LIMIT 1)
      UNION ALL
      (SELECT place FROM {schema}.job WHERE task = source.task AND state = 'ready' AND crashes < 2
        ORDER BY place LIMIT 1)
      UNION ALL
      (SELECT place FROM {schema}.job WHERE task = source.task AND state = 'ready' AND crashes < 2
        ORDER BY place DESC LIMIT 1)
    ) AS edge
  ) AS ends
  WHERE ends.first IS NOT NULL;
END
$$;
