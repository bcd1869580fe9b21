-- By primary key. A gap between two leases starts the steady time anew, and so does a clock that was set back: by the new
-- time the lease would last for hours, and nobody would be steady enough to rescue.
UPDATE {namespace}_worker
SET steady_since = CASE WHEN lease_until < :now OR steady_since > :now THEN :now ELSE steady_since END,
  lease_until = CASE
    WHEN lease_until > :now + 2 * max(lease_ms, :lease_ms) THEN :now + :lease_ms
    ELSE max(lease_until, :now + :lease_ms)
  END,
  lease_ms = :lease_ms
WHERE id = :id;
