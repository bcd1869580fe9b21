-- Revokes jobs that passed their expiry unclaimed, at most so many; `only_ready`, those that a claim would meet.
-- Index `job_expiring`: two looks where nothing has expired. Of jobs that wait, the places in workflows are held first.
CREATE OR REPLACE FUNCTION {schema}.expire(most integer, retain bigint, reason text, only_ready boolean)
RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  waiting text[];
  due text[];
  count integer;
BEGIN
  IF NOT only_ready THEN
    waiting := ARRAY(
      SELECT id FROM {schema}.job
      WHERE expires_at IS NOT NULL AND state = 'waiting' AND expires_at <= now_ms ORDER BY expires_at LIMIT most
    );
    IF cardinality(waiting) > 0 THEN PERFORM {schema}.hold_nodes('{}', waiting); END IF;
  END IF;
  due := ARRAY(
    SELECT id FROM {schema}.job
    WHERE expires_at IS NOT NULL AND (state = 'ready' OR state = 'scheduled' OR state = 'waiting')
      AND expires_at <= now_ms AND (NOT only_ready OR state = 'ready') AND (state <> 'waiting' OR id = ANY (waiting))
    ORDER BY expires_at LIMIT most FOR UPDATE SKIP LOCKED
  );
  count := cardinality(due);
  IF count = 0 THEN RETURN 0; END IF;
  RETURN {schema}.finish(
    due, array_fill('revoked'::text, ARRAY[count]), array_fill(retain, ARRAY[count]), NULL,
    array_fill('expiry'::text, ARRAY[count]), array_fill(reason, ARRAY[count]), array_fill(0, ARRAY[count]),
    array_fill(0, ARRAY[count])
  );
END
$$;
