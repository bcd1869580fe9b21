-- Ends the transaction where the deadline has passed, and sees that no wait for a lock goes past it: what nobody waits for
-- any more is not stored. Its error has a code of Lovage's own.
CREATE OR REPLACE FUNCTION {schema}.keep_deadline(deadline_at bigint, now_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Within a caller's transaction there is none, and its settings stay as they are.
  IF deadline_at IS NULL THEN RETURN; END IF;
  IF now_ms > deadline_at THEN
    RAISE EXCEPTION 'The deadline passed % ms before the server came to it.', now_ms - deadline_at USING ERRCODE = 'LV001';
  END IF;
  PERFORM set_config('lock_timeout', greatest(1, least(deadline_at - now_ms, 10000))::text, true);
END
$$;
