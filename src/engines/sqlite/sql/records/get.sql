-- By primary key.
SELECT kind, id, version, value, due_at FROM {namespace}_record
WHERE kind = :kind AND id = :id AND (gone_at IS NULL OR gone_at > :now);
