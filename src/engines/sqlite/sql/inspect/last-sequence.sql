-- The end of the primary key.
SELECT coalesce(max(sequence), 0) FROM {namespace}_job;
