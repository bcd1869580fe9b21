-- Range of the index job_finished.
SELECT sequence, id, lane, state, node FROM {namespace}_job
WHERE prune_at IS NOT NULL AND prune_at <= :until
ORDER BY prune_at
LIMIT :limit;
