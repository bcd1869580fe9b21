-- By the unique index on id.
SELECT sequence, id, lane, state, version FROM {namespace}_job WHERE id = :id;
