-- Asks for the end of active jobs; who asked first is remembered. Primary key of `job`.
CREATE OR REPLACE FUNCTION {schema}.ask_to_end(ids text[], reason text, retain bigint) RETURNS bigint
LANGUAGE plpgsql {plan} AS $$
DECLARE
  asked_ids text[];
BEGIN
  WITH asked AS (
    UPDATE {schema}.job SET
      retain_ms = CASE WHEN revoked_by IS NULL THEN retain ELSE retain_ms END,
      revoked_reason = CASE WHEN revoked_by IS NULL THEN reason ELSE revoked_reason END,
      revoked_by = coalesce(revoked_by, 'caller'),
      version = version + 1
    WHERE id = ANY (ids) AND state = 'active'
    RETURNING id
  )
  SELECT array_agg(id) INTO asked_ids FROM asked;
  IF asked_ids IS NULL THEN RETURN 0; END IF;
  PERFORM {schema}.changed(asked_ids, array_fill('active'::text, ARRAY[cardinality(asked_ids)]));
  RETURN cardinality(asked_ids);
END
$$;
