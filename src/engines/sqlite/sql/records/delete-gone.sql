-- Range of the index record_gone.
DELETE FROM {namespace}_record
WHERE rowid IN (
  SELECT rowid FROM {namespace}_record WHERE gone_at IS NOT NULL AND gone_at <= :now ORDER BY gone_at LIMIT :limit
);
