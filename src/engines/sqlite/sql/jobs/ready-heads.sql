-- Range of the index job_ready, which covers it: costs what it returns.
SELECT priority, sequence FROM {namespace}_job
WHERE lane = :lane AND state = 'ready' AND crashes < 2
ORDER BY priority DESC, sequence
LIMIT :limit;
