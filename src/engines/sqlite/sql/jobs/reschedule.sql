-- By primary key; leaves job_active, enters job_scheduled.
UPDATE {namespace}_job
SET state = 'scheduled', version = version + 1, due_at = :due_at,
  failures = failures + :failures, error = coalesce(:error, error)
WHERE sequence = :sequence;
