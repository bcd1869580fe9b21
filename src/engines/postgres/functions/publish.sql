-- Sends messages, in their order. They are live, so the commit need not reach the disk.
CREATE OR REPLACE FUNCTION {schema}.publish(topics text[], inlines text[], forms smallint[], bodies bytea[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR number IN 1 .. cardinality(topics) LOOP
    PERFORM {schema}.tell(topics[number], inlines[number], forms[number], bodies[number]);
  END LOOP;
END
$$;
