-- Appends to the table and to slot_missing.
WITH RECURSIVE numbers (slot) AS (
  SELECT 0
  UNION ALL
  SELECT slot + 1 FROM numbers WHERE slot + 1 < :slots
)
INSERT INTO {namespace}_slot (job, slot) SELECT :job, slot FROM numbers;
