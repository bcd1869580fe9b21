-- By primary key; leaves job_finished: it ended because of another, which is about to run again.
UPDATE {namespace}_job
SET state = 'waiting', version = version + 1, finished_at = NULL, prune_at = NULL, error = NULL, revoked_by = NULL,
  revoked_reason = NULL, upstream = NULL
WHERE sequence = :sequence;
