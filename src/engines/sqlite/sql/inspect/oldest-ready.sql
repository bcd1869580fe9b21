-- The first entry of the index job_ready for one lane and priority, then its row.
SELECT sequence, coalesce(due_at, created_at) FROM {namespace}_job
WHERE lane = :lane AND state = 'ready' AND crashes < 2 AND priority = :priority
ORDER BY sequence
LIMIT 1;
