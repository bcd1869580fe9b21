-- The first entry of one job in the index slot_missing.
SELECT 1 FROM {namespace}_slot INDEXED BY {namespace}_slot_missing
WHERE job = :job AND source IS NULL LIMIT 1;
