-- Makes those jobs wait again that ended because of some others, which are about to run again, and of these alone. Their
-- slots are told as once they were told of the ends, round by round, while the rows still say how each ended. Whoever calls
-- it holds the places of all these. Primary keys of `node`, `slot` and one partition of `finished`, for each link.
CREATE OR REPLACE FUNCTION {schema}.reopen(ids text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  frontier text[] := ids;
  reopened text[] := '{}';
  given record;
BEGIN
  WHILE cardinality(frontier) > 0 LOOP
    SELECT array_agg(found.target) AS targets, array_agg(found.slot) AS slots
    INTO given
    FROM {schema}.effects_of(frontier) AS found WHERE found.effect = 'break';
    EXIT WHEN given.targets IS NULL;
    WITH counted AS (
      SELECT broken.id, count(*) AS slots
      FROM unnest(given.targets, given.slots) AS told (target, slot)
      JOIN {schema}.finished AS broken
        ON broken.id = told.target AND broken.upstream IS NOT NULL AND broken.revoked_by IS DISTINCT FROM 'workflow'
      WHERE NOT EXISTS (SELECT FROM {schema}.slot WHERE slot.job = told.target AND slot.slot = told.slot)
      GROUP BY broken.id
    ), mended AS (
      UPDATE {schema}.node SET broken = node.broken - counted.slots FROM counted WHERE node.job = counted.id
      RETURNING node.job, node.broken
    )
    SELECT array_agg(mended.job) INTO frontier FROM mended WHERE mended.broken = 0;
    reopened := reopened || frontier;
  END LOOP;
  IF cardinality(reopened) > 0 THEN PERFORM {schema}.wait_again(reopened); END IF;
END
$$;
