-- Range of the primary key, bounded in what it visits.
SELECT sequence, id, lane, state, node FROM {namespace}_job
WHERE sequence > :after AND sequence <= :until
ORDER BY sequence
LIMIT :limit;
