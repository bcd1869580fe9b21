-- As `lock-by-id`, for finished jobs. Primary key of one partition for each id.
SELECT id, state FROM {schema}.finished WHERE id = ANY ($1) ORDER BY id FOR UPDATE
