-- Range of the index job_ready, then the rows: costs what it returns. What a claim from a single lane hands out.
SELECT sequence, id, lane, priority, input, headers, early, failures, crashes, fence, created_at, expires_at, node
FROM {namespace}_job
WHERE lane = :lane AND state = 'ready' AND crashes < 2
ORDER BY priority DESC, sequence
LIMIT :limit;
