-- Locks the next jobs of one source, a lane or a whole task, and passes over those that others hold.
-- Index `job_ready` or `job_ready_task`.
CREATE OR REPLACE FUNCTION {schema}.pick_from(
  from_lane integer, from_task integer, wanted integer, excluded tid[], now_ms bigint
) RETURNS tid[] LANGUAGE plpgsql AS $$
BEGIN
  IF from_lane IS NULL THEN
    RETURN ARRAY(
      SELECT ctid FROM {schema}.job
      WHERE task = from_task AND state = 'ready' AND crashes < 2 AND (expires_at IS NULL OR expires_at > now_ms)
        AND ctid <> ALL (excluded)
      ORDER BY place LIMIT wanted FOR UPDATE SKIP LOCKED
    );
  END IF;
  RETURN ARRAY(
    SELECT ctid FROM {schema}.job
    WHERE lane = from_lane AND state = 'ready' AND crashes < 2 AND (expires_at IS NULL OR expires_at > now_ms)
      AND ctid <> ALL (excluded)
    ORDER BY place LIMIT wanted FOR UPDATE SKIP LOCKED
  );
END
$$;
