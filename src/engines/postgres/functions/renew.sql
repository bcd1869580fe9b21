-- Renews a lease, and says whether it was there. A lease that had lapsed is steady from now. Primary key of `lease`; no
-- index has a changed column, so the row is written in its page (HOT).
CREATE OR REPLACE FUNCTION {schema}.renew(worker_id text, wanted_ms bigint) RETURNS boolean LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
BEGIN
  UPDATE {schema}.lease SET
    lease_ms = wanted_ms, lease_until = now_ms + wanted_ms,
    steady_since = CASE WHEN lease_until > now_ms THEN steady_since ELSE now_ms END
  WHERE worker = worker_id;
  RETURN FOUND;
END
$$;
