-- By the unique index on id: what decides about an operation from outside.
SELECT sequence, id, lane, state, node FROM {namespace}_job WHERE id = :id;
