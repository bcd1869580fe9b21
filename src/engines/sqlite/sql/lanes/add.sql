-- By primary key, once for each lane and transaction.
UPDATE {namespace}_lane
SET scheduled = scheduled + :scheduled, ready = ready + :ready, active = active + :active, waiting = waiting + :waiting,
  succeeded = succeeded + :succeeded, failed = failed + :failed, revoked = revoked + :revoked
WHERE lane = :lane;
