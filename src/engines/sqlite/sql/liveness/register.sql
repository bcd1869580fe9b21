-- By primary key.
INSERT INTO {namespace}_worker
  (id, host, pid, version, queues, tasks, concurrency, started_at, lease_ms, lease_until, steady_since)
VALUES (:id, :host, :pid, :version, :queues, :tasks, :concurrency, :now, :lease_ms, :now + :lease_ms, :now)
ON CONFLICT (id) DO UPDATE
SET host = excluded.host, pid = excluded.pid, version = excluded.version, queues = excluded.queues,
  tasks = excluded.tasks, concurrency = excluded.concurrency, lease_ms = excluded.lease_ms,
  lease_until = excluded.lease_until,
  steady_since = CASE WHEN lease_until < :now THEN :now ELSE steady_since END;
