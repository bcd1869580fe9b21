-- By the unique index on id.
SELECT sequence, id, lane, state, node, version FROM {namespace}_job WHERE id = :id;
