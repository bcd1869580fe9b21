-- By primary key.
INSERT INTO {namespace}_meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
