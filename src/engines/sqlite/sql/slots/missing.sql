-- The first entry of one job in the index slot_missing.
SELECT 1 FROM {namespace}_slot WHERE job = :job AND source IS NULL LIMIT 1;
