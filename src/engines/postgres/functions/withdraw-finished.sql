-- Takes just inserted jobs back whose id is that of a finished job, and answers with the ids of the others.
-- Primary keys of `job` and of one partition of `finished` for each id.
CREATE OR REPLACE FUNCTION {schema}.withdraw_finished(created text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  there text[];
BEGIN
  there := ARRAY(SELECT finished.id FROM unnest(created) AS given (id) JOIN {schema}.finished ON finished.id = given.id);
  IF cardinality(there) = 0 THEN RETURN created; END IF;
  WITH withdrawn AS (
    DELETE FROM {schema}.job WHERE id = ANY (there) RETURNING lane, state
  )
  INSERT INTO {schema}.tally (lane, was, jobs) SELECT lane, state, count(*) FROM withdrawn GROUP BY lane, state;
  RETURN ARRAY(SELECT given.id FROM unnest(created) AS given (id) WHERE given.id <> ALL (there));
END
$$;
