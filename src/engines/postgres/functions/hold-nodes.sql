-- Holds the places of jobs in workflows until the transaction ends, and of all jobs behind `roots`, which may end with them.
-- Whoever changes a job that waits, or what it waits for, holds its place; all of them at once and in the order of the ids,
-- so that of two that tell the same jobs one comes after the other. Links never change, so they are followed without a
-- lock. Primary key of `node`, for each id and each link behind it.
CREATE OR REPLACE FUNCTION {schema}.hold_nodes(ids text[], roots text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
BEGIN
  PERFORM FROM {schema}.node
  WHERE node.job = ANY (ARRAY(
    WITH RECURSIVE reached (id) AS (
      SELECT unnest(roots)
      UNION
      SELECT link."to"
      FROM reached
      JOIN {schema}.node ON node.job = reached.id
      CROSS JOIN LATERAL json_to_recordset(node.body -> 'links') AS link ("to" text)
    )
    SELECT unnest(ids) UNION ALL SELECT reached.id FROM reached
  ))
  ORDER BY node.job
  FOR NO KEY UPDATE;
END
$$;
