-- Every registered worker. The jobs that each holds are counted by the index `job_active`.
SELECT worker.id, worker.host, worker.pid, worker.version, to_json(worker.queues), to_json(worker.tasks),
  worker.concurrency, worker.started_at, lease.lease_until,
  (SELECT count(*) FROM {schema}.job WHERE job.worker = worker.id AND job.state = 'active' AND job.exchange IS NOT NULL)
FROM {schema}.worker JOIN {schema}.lease ON lease.worker = worker.id
ORDER BY worker.id
