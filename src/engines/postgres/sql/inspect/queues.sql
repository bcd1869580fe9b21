-- Every queue that has unfinished jobs or is paused. From the counters; of the ready jobs it looks at the head of each
-- priority of each lane that has any, by the index `job_ready`.
WITH counted AS (
  SELECT lane.queue, counted.lane, counted.state, counted.jobs
  FROM {schema}.lane_state AS counted JOIN {schema}.lane ON lane.lane = counted.lane
  WHERE counted.state IN ('scheduled', 'ready', 'active', 'waiting') AND counted.jobs > 0
), oldest AS (
  SELECT DISTINCT ON (counted.queue) counted.queue, greatest(head.created_at, head.due_at) AS since
  FROM counted
  CROSS JOIN generate_series(0, 9) AS urgency
  CROSS JOIN LATERAL (
    SELECT place & 576460752303423487 AS sequence, created_at, due_at FROM {schema}.job
    WHERE lane = counted.lane AND state = 'ready' AND crashes < 2
      AND place >= (urgency::bigint << 59) AND place <= (urgency::bigint << 59) + 576460752303423487
    ORDER BY place LIMIT 1
  ) AS head
  WHERE counted.state = 'ready'
  ORDER BY counted.queue, head.sequence
)
SELECT coalesce(queue.name, counted.queue) AS name, coalesce(bool_or(queue.paused), false),
  coalesce(sum(jobs) FILTER (WHERE state = 'scheduled'), 0), coalesce(sum(jobs) FILTER (WHERE state = 'ready'), 0),
  coalesce(sum(jobs) FILTER (WHERE state = 'active'), 0), coalesce(sum(jobs) FILTER (WHERE state = 'waiting'), 0),
  max(oldest.since)
FROM counted
FULL JOIN (SELECT name, paused FROM {schema}.queue WHERE paused) AS queue ON queue.name = counted.queue
LEFT JOIN oldest ON oldest.queue = counted.queue
GROUP BY coalesce(queue.name, counted.queue)
ORDER BY 1
