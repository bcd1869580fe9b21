-- Range of the index job_scheduled.
SELECT sequence, id, lane, state, node FROM {namespace}_job
WHERE state = 'scheduled' AND due_at <= :now
ORDER BY due_at
LIMIT :limit;
