-- By primary key; leaves the index of its state, enters job_finished.
UPDATE {namespace}_job
SET state = :state, version = version + 1, finished_at = :finished_at, prune_at = :prune_at, result = :result,
  failures = failures + :failures, crashes = crashes + :crashes, error = coalesce(:error, error),
  revoked_by = :revoked_by, revoked_reason = :revoked_reason, upstream = :upstream
WHERE sequence = :sequence;
