-- Records of a kind ($1) by their ids ($2). Primary key.
SELECT id, version, value, due_at FROM {schema}.stored_record
WHERE kind = $1 AND id = ANY ($2) AND (gone_at IS NULL OR gone_at > {schema}.now_ms())
