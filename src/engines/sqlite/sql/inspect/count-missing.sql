-- The index slot_missing as a whole, then the jobs: how many of them cannot run for want of a slot.
SELECT count(*)
FROM (SELECT DISTINCT job FROM {namespace}_slot INDEXED BY {namespace}_slot_missing WHERE source IS NULL) AS m
  CROSS JOIN {namespace}_job AS j ON j.sequence = m.job
WHERE (:workflow IS NULL OR j.node ->> 'workflow' = :workflow)
  AND j.state IN (SELECT value FROM json_each(:states))
  AND (:lanes IS NULL OR j.lane IN (SELECT value FROM json_each(:lanes)));
