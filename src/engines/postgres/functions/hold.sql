-- Where jobs stand, and nobody changes them until the transaction ends; `lacking`, of one that has ended, says that it never
-- had what it waited for. An open `ctx.transaction()` does not stand in the way.
-- Jobs that wait come last, behind their places in workflows: whoever settles a job, and so holds its row, goes on to those
-- that wait for it in this order. Primary keys, in the order of the ids.
CREATE OR REPLACE FUNCTION {schema}.hold(ids text[]) RETURNS TABLE (id text, state text, lacking boolean)
LANGUAGE plpgsql {plan} AS $$
BEGIN
  PERFORM FROM {schema}.job WHERE job.id = ANY (ids) AND job.state <> 'waiting' ORDER BY job.id FOR NO KEY UPDATE;
  PERFORM {schema}.hold_nodes('{}', ids);
  RETURN QUERY
    SELECT job.id, job.state, false FROM {schema}.job WHERE job.id = ANY (ids) ORDER BY job.id FOR NO KEY UPDATE;
  RETURN QUERY
    SELECT finished.id, finished.state,
      finished.has_node AND EXISTS (SELECT FROM {schema}.node WHERE node.job = finished.id AND node.awaited > 0)
    FROM {schema}.finished WHERE finished.id = ANY (ids) ORDER BY finished.id FOR UPDATE OF finished;
END
$$;
