-- The versions of those jobs that are there, locked where they have ended; null of one that has not.
-- Primary keys; of `finished`, one partition for each id.
SELECT id, version FROM (
  SELECT id, version FROM {schema}.finished WHERE id = ANY ($1) ORDER BY id FOR UPDATE
) AS ended
UNION ALL SELECT id, NULL FROM {schema}.job WHERE id = ANY ($1)
