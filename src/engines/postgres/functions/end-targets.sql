-- Ends jobs that wait and have a slot that can no longer be filled: as the first did that told them, or as skipped. Counts
-- such slots, also of jobs that ended so before. Whoever calls it holds their places. Answers with the ids of
-- those that ended. Primary keys of `node`, `slot`, `job` and one partition of `finished`, for each link.
CREATE OR REPLACE FUNCTION {schema}.end_targets(sources text[], targets text[], slots integer[], effects text[])
RETURNS text[] LANGUAGE plpgsql {plan} AS $$
DECLARE
  one record;
  zeros integer[];
BEGIN
  WITH missing AS MATERIALIZED (
    SELECT node.job AS target, given.source, given.effect, given.number
    FROM unnest(sources, targets, slots, effects) WITH ORDINALITY AS given (source, target, slot, effect, number)
    JOIN {schema}.node ON node.job = given.target
    WHERE given.effect <> 'fill'
      AND NOT EXISTS (SELECT FROM {schema}.slot WHERE slot.job = node.job AND slot.slot = given.slot)
  ), counted AS (
    SELECT target, count(*) AS slots FROM missing GROUP BY target
  ), noted AS (
    UPDATE {schema}.node SET broken = node.broken + counted.slots FROM counted WHERE node.job = counted.target
  )
  SELECT array_agg(first.target) AS ids, array_agg(coalesce(ended.upstream, ended.id)) AS upstreams,
    array_agg(ended.prune_at - ended.finished_at) AS retains,
    array_agg(CASE first.effect WHEN 'break' THEN ended.state ELSE 'revoked' END) AS states,
    array_agg(CASE first.effect WHEN 'break' THEN ended.error END) AS errors,
    array_agg(CASE first.effect WHEN 'break' THEN ended.revoked_by ELSE 'workflow' END) AS bys,
    array_agg(CASE first.effect WHEN 'break' THEN ended.revoked_reason ELSE '{skipped}' END) AS reasons
  INTO one
  FROM (SELECT DISTINCT ON (target) * FROM missing ORDER BY target, number) AS first
  JOIN {schema}.finished AS ended ON ended.id = first.source
  JOIN {schema}.job ON job.id = first.target AND job.state = 'waiting';
  IF one.ids IS NULL THEN RETURN NULL; END IF;
  zeros := array_fill(0, ARRAY[cardinality(one.ids)]);
  RETURN (
    {schema}.put_away(one.ids, one.states, one.retains, one.errors, one.bys, one.reasons, zeros, zeros, one.upstreams)
  ).nodes;
END
$$;
