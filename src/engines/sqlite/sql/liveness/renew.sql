-- By primary key. A gap between two leases starts the steady time anew.
UPDATE {namespace}_worker
SET steady_since = CASE WHEN lease_until < :now THEN :now ELSE steady_since END,
  lease_ms = :lease_ms, lease_until = max(lease_until, :now + :lease_ms)
WHERE id = :id;
