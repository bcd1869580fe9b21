-- Range of the primary key.
SELECT kind, id, version, value, due_at FROM {namespace}_record
WHERE kind = :kind AND id > :cursor AND (gone_at IS NULL OR gone_at > :now)
ORDER BY id
LIMIT :limit;
