-- The partial indexes of the live states, and of the slots that are missing, each as a whole, then a sort: for when few
-- jobs are live among many.
WITH live AS (
  SELECT sequence FROM {namespace}_job INDEXED BY {namespace}_job_active
  WHERE state = 'active' AND :active
  UNION ALL
  SELECT sequence FROM {namespace}_job INDEXED BY {namespace}_job_scheduled
  WHERE state = 'scheduled' AND :scheduled
  UNION ALL
  SELECT sequence FROM {namespace}_job INDEXED BY {namespace}_job_ready
  WHERE state = 'ready' AND crashes < 2 AND :ready
  UNION ALL
  SELECT sequence FROM {namespace}_job INDEXED BY {namespace}_job_quarantined
  WHERE state = 'ready' AND crashes >= 2 AND :ready
  UNION ALL
  SELECT w.sequence FROM (
    SELECT DISTINCT job FROM {namespace}_slot INDEXED BY {namespace}_slot_missing WHERE source IS NULL
  ) AS m CROSS JOIN {namespace}_job AS w ON w.sequence = m.job
  WHERE w.state = 'waiting' AND :waiting
)
SELECT j.sequence, j.id, j.lane, j.state, j.version, j.priority, j.input, j.headers, j.early, j.key, j.failures, j.crashes,
  j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, j.finished_at, j.worker, p.progress, j.result, j.error,
  j.revoked_by, j.revoked_reason, j.node, j.upstream
FROM live CROSS JOIN {namespace}_job AS j ON j.sequence = live.sequence
  LEFT JOIN {namespace}_progress AS p ON p.sequence = j.sequence
WHERE (:cursor IS NULL OR j.id < :cursor)
  AND (:lanes IS NULL OR j.lane IN (SELECT value FROM json_each(:lanes)))
ORDER BY j.id DESC
LIMIT :limit;
