-- Keeps the places in workflows of those jobs that a push created. What is left of a job that had the id before, and whose
-- day was dropped, goes first. Primary key of `node`; the lists are hashed, whatever the caller's plans are, since
-- thousands may come together and a nested loop would compare each with each.
CREATE OR REPLACE FUNCTION {schema}.keep_nodes(
  created text[], ids text[], nodes text[], shapes integer[], due_ats bigint[], due_afters bigint[]
) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off SET enable_hashjoin = on AS $$
BEGIN
  DELETE FROM {schema}.node WHERE job = ANY (created);
  INSERT INTO {schema}.node (job, workflow, body, awaited, broken, due_at, due_after)
  SELECT DISTINCT ON (given.id) given.id, given.node::json ->> 'workflow', given.node::json,
    (given.node::json ->> 'slots')::integer, 0, due_ats[given.shape], due_afters[given.shape]
  FROM unnest(ids, nodes, shapes) WITH ORDINALITY AS given (id, node, shape, number)
  JOIN unnest(created) AS made (id) ON made.id = given.id
  WHERE given.node IS NOT NULL
  ORDER BY given.id, given.number;
END
$$;
