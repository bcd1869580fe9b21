-- Follows the links of jobs that have ended: fills slots, makes those ready that lack no more, and ends those whose slots
-- can no longer be filled. Answers with the ids of these. What is told to a job that ended because of another is kept for
-- when that one is retried; any other that does not wait is left alone.
-- Rows of `node` are locked before those of `job`, each in the order of their ids, so that of two calls that fill slots of
-- one job the second sees what the first did. Primary keys of `node`, `slot`, `job` and one partition of `finished`, for
-- each link.
CREATE OR REPLACE FUNCTION {schema}.follow_links(ended text[]) RETURNS text[] LANGUAGE plpgsql {plan} AS $$
DECLARE
  given record;
BEGIN
  SELECT array_agg(found.source) AS sources, array_agg(found.target) AS targets, array_agg(found.slot) AS slots,
    array_agg(found.effect) AS effects
  INTO given
  FROM {schema}.effects_of(ended) AS found;
  IF given.targets IS NULL THEN RETURN NULL; END IF;
  PERFORM FROM {schema}.node WHERE node.job = ANY (given.targets) ORDER BY node.job FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM FROM {schema}.job WHERE job.id = ANY (given.targets) AND job.state = 'waiting' ORDER BY job.id FOR UPDATE;
  PERFORM {schema}.fill_slots(given.sources, given.targets, given.slots, given.effects);
  PERFORM {schema}.release(given.targets);
  RETURN {schema}.end_targets(given.sources, given.targets, given.slots, given.effects);
END
$$;
