-- Range of the index record_due, from the first that is due on.
SELECT kind, id, version, value, due_at FROM {namespace}_record
WHERE kind = :kind AND due_at IS NOT NULL AND (gone_at IS NULL OR gone_at > :now)
ORDER BY due_at
LIMIT :limit;
