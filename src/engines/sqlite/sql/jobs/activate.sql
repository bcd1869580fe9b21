-- By primary key; each leaves job_ready, enters job_active.
UPDATE {namespace}_job
SET state = 'active', fence = fence + 1, version = version + 1,
  worker = :worker, exchange = :exchange, started_at = :started_at, retain_ms = :retain_ms
WHERE sequence IN (SELECT value FROM json_each(:sequences));
