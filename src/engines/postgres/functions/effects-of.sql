-- What the ends of some jobs mean for those that wait for them, in the order of the links: `linkEffect` in SQL. Primary keys
-- of `node`, and of one partition of `finished`, for each id.
CREATE OR REPLACE FUNCTION {schema}.effects_of(ended text[])
RETURNS TABLE (source text, target text, slot integer, effect text) LANGUAGE plpgsql {plan} AS $$
BEGIN
  RETURN QUERY
    SELECT finished.id, link."to", link.slot,
      CASE
        WHEN finished.state = 'revoked' AND finished.revoked_by = 'workflow' THEN 'skip'
        WHEN link."on" = 'end' OR (link."on" = 'success') = (finished.state = 'succeeded') THEN 'fill'
        WHEN link."on" = 'failure' THEN 'skip'
        ELSE 'break'
      END
    FROM unnest(ended) AS given (id)
    JOIN {schema}.finished ON finished.id = given.id
    JOIN {schema}.node ON node.job = given.id
    CROSS JOIN LATERAL json_to_recordset(node.body -> 'links') AS link ("to" text, slot integer, "on" text);
END
$$;
