-- By primary key.
INSERT INTO {namespace}_queue (name, paused) VALUES (:name, :paused)
ON CONFLICT (name) DO UPDATE SET paused = excluded.paused;
