-- One step from worker to worker through the index job_active: finds those that hold jobs without being registered.
SELECT min(worker) FROM {namespace}_job WHERE state = 'active' AND worker > :after;
