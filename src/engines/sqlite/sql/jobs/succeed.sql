-- By primary key; leaves job_active, enters job_finished.
UPDATE {namespace}_job
SET state = 'succeeded', version = version + 1, finished_at = :finished_at, prune_at = :prune_at, result = :result,
  revoked_by = NULL, revoked_reason = NULL
WHERE sequence = :sequence AND id = :id AND fence = :fence AND state = 'active'
RETURNING lane;
