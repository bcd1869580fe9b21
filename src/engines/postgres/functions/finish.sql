-- Ends unfinished jobs without a result, as `put_away` does, and those that wait for them hear of it.
CREATE OR REPLACE FUNCTION {schema}.finish(
  ids text[], states text[], retains bigint[], errors text[], bys text[], reasons text[],
  added_failures integer[], added_crashes integer[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  away record;
BEGIN
  away := {schema}.put_away(ids, states, retains, errors, bys, reasons, added_failures, added_crashes, NULL);
  IF away.nodes IS NOT NULL THEN PERFORM {schema}.follow(away.nodes); END IF;
  RETURN away.ended;
END
$$;
