-- Tells those who watch jobs which ones changed. `ids` and `states` go in pairs. Cheap where nobody watches.
CREATE OR REPLACE FUNCTION {schema}.changed(ids text[], states text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  list text;
BEGIN
  IF coalesce(cardinality(ids), 0) = 0 OR NOT {schema}.is_heard('jobs') THEN RETURN; END IF;
  SELECT json_agg(json_build_array(given.id, given.state)) INTO list
  FROM unnest(ids, states) AS given (id, state);
  PERFORM {schema}.tell(
    'jobs', CASE WHEN octet_length(list) < 7900 THEN 't:' || list END, 0::smallint, convert_to(list, 'UTF8')
  );
END
$$;
