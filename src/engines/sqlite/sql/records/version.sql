-- By primary key.
SELECT version FROM {namespace}_record WHERE kind = :kind AND id = :id AND (gone_at IS NULL OR gone_at > :now);
