-- Waits for a commit under way, whose lock stands before this one. Primary key of `job`.
SELECT id FROM {schema}.job WHERE id = $1 FOR KEY SHARE
