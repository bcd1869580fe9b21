-- By primary key; leaves job_finished, enters job_ready.
UPDATE {namespace}_job
SET state = 'ready', version = version + 1, failures = 0, crashes = 0, finished_at = NULL, prune_at = NULL,
  due_at = NULL, expires_at = NULL, error = NULL, result = NULL, revoked_by = NULL, revoked_reason = NULL,
  upstream = NULL
WHERE sequence = :sequence;
