-- The first entry of one job's broken slots in the index slot_missing.
SELECT 1 FROM {namespace}_slot INDEXED BY {namespace}_slot_missing
WHERE job = :job AND broken = 1 AND source IS NULL LIMIT 1;
