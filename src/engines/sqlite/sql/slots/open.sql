-- By primary key.
INSERT INTO {namespace}_slot (job, slot) VALUES (:job, :slot)
ON CONFLICT (job, slot) DO UPDATE
SET broken = 0, source = NULL, state = NULL, revoked_by = NULL, revoked_reason = NULL, error = NULL, result = NULL;
