-- By primary key; a lapsed key is given to the new job.
INSERT INTO {namespace}_key (task, key, job, input_hash, expires_at) VALUES (:task, :key, :job, :input_hash, :expires_at)
ON CONFLICT (task, key) DO UPDATE
SET job = excluded.job, input_hash = excluded.input_hash, expires_at = excluded.expires_at;
