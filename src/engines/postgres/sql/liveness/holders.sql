-- Workers that hold jobs and have no lease: rescued from before, and then claimed again by a process that came back. One
-- look for each worker that holds jobs, by the index `job_active`.
WITH RECURSIVE holder (worker) AS (
  (SELECT worker FROM {schema}.job WHERE state = 'active' AND exchange IS NOT NULL ORDER BY worker LIMIT 1)
  UNION ALL
  SELECT (SELECT worker FROM {schema}.job WHERE state = 'active' AND exchange IS NOT NULL
    AND job.worker > holder.worker ORDER BY worker LIMIT 1)
  FROM holder WHERE holder.worker IS NOT NULL
)
SELECT worker FROM holder
WHERE worker IS NOT NULL AND NOT EXISTS (SELECT FROM {schema}.lease WHERE lease.worker = holder.worker)
