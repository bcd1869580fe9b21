-- By primary key: what decides about a settlement.
SELECT sequence, id, lane, state, node, fence, revoked_by, revoked_reason, retain_ms FROM {namespace}_job
WHERE sequence = :sequence;
