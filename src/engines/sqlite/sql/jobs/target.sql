-- By the unique index on id: what decides about the target of a link.
SELECT sequence, id, lane, state, node, upstream, revoked_by, revoked_reason FROM {namespace}_job WHERE id = :id;
