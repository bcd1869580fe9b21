-- Makes jobs that waited, and lack nothing any more, ready, or scheduled where they are delayed. Whoever calls it holds
-- their places. Primary keys of `node` and `job`, for each id.
CREATE OR REPLACE FUNCTION {schema}.end_wait(ids text[]) RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  whole text[];
  due_ats bigint[];
BEGIN
  SELECT array_agg(complete.id), array_agg(CASE WHEN complete.due_at > now_ms THEN complete.due_at END)
  INTO whole, due_ats
  FROM (
    SELECT DISTINCT job.id, {schema}.instant(node.due_at, node.due_after, now_ms) AS due_at
    FROM unnest(ids) AS given (id)
    JOIN {schema}.node ON node.job = given.id AND node.awaited <= 0
    JOIN {schema}.job ON job.id = given.id AND job.state = 'waiting'
  ) AS complete;
  IF whole IS NULL THEN RETURN; END IF;
  PERFORM {schema}.put_back(
    whole, due_ats, NULL, array_fill(0, ARRAY[cardinality(whole)]), array_fill(0, ARRAY[cardinality(whole)])
  );
END
$$;
