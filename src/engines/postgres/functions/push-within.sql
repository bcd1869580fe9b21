-- Stores the jobs of one request within the caller's transaction. One text with all parameters, since not every library can
-- send arrays or bytes. Waiters' rows are kept: their locks would last as long as the caller's transaction.
CREATE OR REPLACE FUNCTION {schema}.push_within(document text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  given json := document::json;
BEGIN
  RETURN {schema}.push_carefully(
    ARRAY(SELECT json_array_elements_text(given -> 'ids')),
    ARRAY(SELECT decode(json_array_elements_text(given -> 'inputs'), 'hex')),
    ARRAY(SELECT json_array_elements_text(given -> 'headers')),
    ARRAY(SELECT json_array_elements_text(given -> 'keys')),
    ARRAY(SELECT json_array_elements_text(given -> 'nodes')),
    ARRAY(SELECT json_array_elements_text(given -> 'shapes')::integer),
    ARRAY(SELECT json_array_elements_text(given -> 'lanes')::integer),
    ARRAY(SELECT json_array_elements_text(given -> 'priorities')::smallint),
    ARRAY(SELECT json_array_elements_text(given -> 'earlies')::boolean),
    ARRAY(SELECT json_array_elements_text(given -> 'forms')::smallint),
    ARRAY(SELECT json_array_elements_text(given -> 'dueAts')::bigint),
    ARRAY(SELECT json_array_elements_text(given -> 'dueAfters')::bigint),
    ARRAY(SELECT json_array_elements_text(given -> 'expiresAts')::bigint),
    ARRAY(SELECT json_array_elements_text(given -> 'expiresAfters')::bigint),
    NULL, true,
    ARRAY(SELECT json_array_elements_text(given -> 'tasks')),
    ARRAY(SELECT json_array_elements_text(given -> 'hashes')),
    ARRAY(SELECT json_array_elements_text(given -> 'ttls')::bigint),
    ARRAY(SELECT json_array_elements_text(given -> 'limitedQueues')),
    ARRAY(SELECT json_array_elements_text(given -> 'limits')::bigint)
  );
END
$$;
