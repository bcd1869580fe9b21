-- By primary key; leaves slot_missing. A slot that is filled keeps what fills it.
UPDATE {namespace}_slot
SET broken = 0, source = :source, state = :state, revoked_by = :revoked_by, revoked_reason = :revoked_reason, error = :error,
  result = :result
WHERE job = :job AND slot = :slot AND source IS NULL;
