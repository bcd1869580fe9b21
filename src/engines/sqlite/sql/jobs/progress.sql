-- By primary key, in the narrow table: a large input is not written again.
INSERT INTO {namespace}_progress (sequence, progress) VALUES (:sequence, :progress)
ON CONFLICT (sequence) DO UPDATE SET progress = excluded.progress;
