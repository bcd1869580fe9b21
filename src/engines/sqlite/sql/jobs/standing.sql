-- By primary key: what decides about a settlement.
SELECT id, lane, state, fence, revoked_by, revoked_reason, retain_ms FROM {namespace}_job WHERE sequence = :sequence;
