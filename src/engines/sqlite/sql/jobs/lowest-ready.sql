-- The last entry of one lane in the index job_ready.
SELECT priority FROM {namespace}_job
WHERE lane = :lane AND state = 'ready' AND crashes < 2
ORDER BY priority
LIMIT 1;
