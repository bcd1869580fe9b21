-- By primary key: its last slot is filled. Enters job_ready or job_scheduled.
UPDATE {namespace}_job
SET state = :state, version = version + 1, due_at = :due_at
WHERE sequence = :sequence;
