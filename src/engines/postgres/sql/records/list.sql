-- A page of the records of a kind ($1) behind an id ($2), at most $3. Primary key.
SELECT id, version, value, due_at FROM {schema}.stored_record
WHERE kind = $1 AND id > $2 AND (gone_at IS NULL OR gone_at > {schema}.now_ms())
ORDER BY id LIMIT $3
