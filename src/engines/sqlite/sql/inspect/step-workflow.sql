-- Range of the index job_workflow, whose entries are in the order of the primary key.
SELECT sequence, id, lane, state, node FROM {namespace}_job
WHERE node IS NOT NULL AND node ->> 'workflow' = :workflow AND sequence > :after AND sequence <= :until
ORDER BY sequence
LIMIT :limit;
