-- By primary key.
SELECT job, input_hash, expires_at FROM {namespace}_key WHERE task = :task AND key = :key;
