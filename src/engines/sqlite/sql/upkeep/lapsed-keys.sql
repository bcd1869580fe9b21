-- Range of the index key_expires, then one lookup of each job by id: a key lives at least as long as its job.
DELETE FROM {namespace}_key
WHERE (task, key) IN (
  SELECT k.task, k.key FROM {namespace}_key AS k
  WHERE k.expires_at <= :now AND NOT EXISTS (
    SELECT 1 FROM {namespace}_job AS j
    WHERE j.id = k.job AND j.state IN ('scheduled', 'ready', 'active', 'waiting')
  )
  LIMIT :limit
);
