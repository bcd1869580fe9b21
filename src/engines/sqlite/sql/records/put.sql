-- By primary key; may leave and enter record_due and record_gone.
INSERT INTO {namespace}_record (kind, id, version, value, due_at, gone_at)
VALUES (:kind, :id, :version, :value, :due_at, :gone_at)
ON CONFLICT (kind, id) DO UPDATE
SET version = excluded.version, value = excluded.value, due_at = excluded.due_at, gone_at = excluded.gone_at;
