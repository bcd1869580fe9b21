-- Begins a worker's lease, or renews it with another description. Primary keys of `worker` and `lease`.
CREATE OR REPLACE FUNCTION {schema}.register(
  worker_id text, worker_host text, process_number integer, worker_version text, known_queues text[],
  known_tasks text[], slots integer, wanted_ms bigint
) RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
BEGIN
  INSERT INTO {schema}.worker (id, host, pid, version, queues, tasks, concurrency, started_at)
  VALUES (worker_id, worker_host, process_number, worker_version, known_queues, known_tasks, slots, now_ms)
  ON CONFLICT (id) DO UPDATE SET
    host = excluded.host, pid = excluded.pid, version = excluded.version, queues = excluded.queues,
    tasks = excluded.tasks, concurrency = excluded.concurrency;
  INSERT INTO {schema}.lease AS held (worker, lease_ms, lease_until, steady_since)
  VALUES (worker_id, wanted_ms, now_ms + wanted_ms, now_ms)
  ON CONFLICT (worker) DO UPDATE SET
    lease_ms = excluded.lease_ms, lease_until = excluded.lease_until,
    steady_since = CASE WHEN held.lease_until > now_ms THEN held.steady_since ELSE now_ms END;
END
$$;
