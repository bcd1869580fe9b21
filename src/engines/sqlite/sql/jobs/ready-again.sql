-- By primary key; leaves job_active or job_scheduled, enters job_ready or job_quarantined.
UPDATE {namespace}_job
SET state = 'ready', version = version + 1, crashes = crashes + :crashes
WHERE sequence = :sequence;
