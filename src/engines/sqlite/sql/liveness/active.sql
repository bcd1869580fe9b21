-- Range of the index job_active, then the rows.
SELECT sequence, id, lane, state, node, fence, exchange, early, crashes, revoked_by, revoked_reason, retain_ms
FROM {namespace}_job
WHERE state = 'active' AND worker = :worker
ORDER BY sequence
LIMIT :limit;
