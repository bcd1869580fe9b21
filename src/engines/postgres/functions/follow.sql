-- Tells those who wait for jobs that have just ended: fills slots, makes those ready that lack no more, and ends those whose
-- slots can no longer be filled. These are told of in the next round, one for each step away from the first, however many
-- there are. What is told to a job that ended because of another is kept for when that one is retried; any other that does
-- not wait is left alone. Primary keys of `node`, `slot`, `job` and one partition of `finished`, for each link.
CREATE OR REPLACE FUNCTION {schema}.follow(ended text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  frontier text[] := ended;
  is_held boolean := false;
  given record;
BEGIN
  WHILE cardinality(frontier) > 0 LOOP
    SELECT array_agg(found.source) AS sources, array_agg(found.target) AS targets, array_agg(found.slot) AS slots,
      array_agg(found.effect) AS effects
    INTO given
    FROM {schema}.effects_of(frontier) AS found;
    EXIT WHEN given.targets IS NULL;
    IF NOT is_held THEN
      PERFORM {schema}.hold_nodes(given.targets, ARRAY(
        SELECT told.target FROM unnest(given.targets, given.effects) AS told (target, effect) WHERE told.effect <> 'fill'
      ));
      is_held := true;
    END IF;
    IF 'fill' = ANY (given.effects) THEN
      PERFORM {schema}.fill_slots(given.sources, given.targets, given.slots, given.effects);
      PERFORM {schema}.end_wait(given.targets);
    END IF;
    EXIT WHEN 'fill' = ALL (given.effects);
    frontier := {schema}.end_targets(given.sources, given.targets, given.slots, given.effects);
  END LOOP;
END
$$;
