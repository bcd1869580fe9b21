-- The jobs that a worker holds by the engine's account, at most $2, locked in the order of their ids. Index `job_active`.
-- One whose handler's own transaction is open is left to that: it ends as succeeded, or is found here later.
SELECT job.id, job.fence, job.exchange, job.early, job.crashes, job.revoked_by, job.revoked_reason, job.retain_ms, lane.task
FROM {schema}.job JOIN {schema}.lane ON lane.lane = job.lane
WHERE job.worker = $1 AND job.state = 'active' AND job.exchange IS NOT NULL
ORDER BY job.id LIMIT $2
FOR UPDATE OF job SKIP LOCKED
