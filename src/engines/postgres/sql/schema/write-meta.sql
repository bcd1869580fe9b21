-- Primary key.
INSERT INTO {schema}.meta (name, value) VALUES ('schema_version', $1), ('oldest_compatible', $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
