-- Whether a worker may rescue, since its lease runs and has run without a gap for one full lease, and whether anybody may
-- be lost: a lease has lapsed, or somebody holds jobs without one. Primary key of `lease`, a scan of `lease`, and one look
-- for each worker that holds jobs, by the index `job_active`.
WITH RECURSIVE holder (worker) AS (
  (SELECT worker FROM {schema}.job WHERE state = 'active' AND exchange IS NOT NULL ORDER BY worker LIMIT 1)
  UNION ALL
  SELECT (SELECT worker FROM {schema}.job WHERE state = 'active' AND exchange IS NOT NULL
    AND job.worker > holder.worker ORDER BY worker LIMIT 1)
  FROM holder WHERE holder.worker IS NOT NULL
)
SELECT EXISTS (
    SELECT FROM {schema}.lease
    WHERE worker = $1 AND lease_until > {schema}.now_ms() AND {schema}.now_ms() - steady_since >= lease_ms
  ) AND (
    EXISTS (SELECT FROM {schema}.lease WHERE lease_until <= {schema}.now_ms())
    OR EXISTS (
      SELECT FROM holder
      WHERE worker IS NOT NULL AND NOT EXISTS (SELECT FROM {schema}.lease WHERE lease.worker = holder.worker)
    )
  )
