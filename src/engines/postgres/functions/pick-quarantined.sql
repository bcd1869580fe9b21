-- Locks the first job that must run alone in its process; an empty list where there is none. Index `job_quarantined`.
CREATE OR REPLACE FUNCTION {schema}.pick_quarantined(lanes integer[], now_ms bigint) RETURNS tid[] LANGUAGE plpgsql AS $$
BEGIN
  RETURN ARRAY(
    SELECT ctid FROM {schema}.job
    WHERE lane = ANY (lanes) AND state = 'ready' AND crashes >= 2 AND (expires_at IS NULL OR expires_at > now_ms)
    ORDER BY place & 576460752303423487 LIMIT 1 FOR UPDATE SKIP LOCKED
  );
END
$$;
