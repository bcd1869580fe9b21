-- By primary key. The worker hears of it at its next beat.
UPDATE {namespace}_job
SET version = version + 1, revoked_by = 'caller', revoked_reason = :reason, retain_ms = :retain_ms
WHERE sequence = :sequence;
