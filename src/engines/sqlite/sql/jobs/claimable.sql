-- By primary key. What a claim hands out, and whether the job has expired.
SELECT sequence, id, lane, priority, input, headers, early, failures, crashes, fence, created_at, expires_at, node
FROM {namespace}_job
WHERE sequence = :sequence;
