-- Range of the index job_expiring.
SELECT sequence, id, lane, state, node FROM {namespace}_job
WHERE expires_at IS NOT NULL AND (state = 'ready' OR state = 'scheduled' OR state = 'waiting') AND expires_at <= :now
ORDER BY expires_at
LIMIT :limit;
