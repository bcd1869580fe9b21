-- The whole table, one row a worker process, and for each a range of the index job_active.
SELECT w.id, w.host, w.pid, w.version, w.queues, w.tasks, w.concurrency, w.started_at, w.lease_until,
  (SELECT count(*) FROM {namespace}_job AS j WHERE j.state = 'active' AND j.worker = w.id)
FROM {namespace}_worker AS w
ORDER BY w.started_at, w.id;
