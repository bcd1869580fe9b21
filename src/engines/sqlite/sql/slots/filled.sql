-- Range of the primary key.
SELECT slot, source, state, revoked_by, revoked_reason, error, result FROM {namespace}_slot
WHERE job = :job AND source IS NOT NULL
ORDER BY slot;
