-- Tells those who wait for jobs that have just ended, and those who wait for the ones that end by that: one round for each
-- step away from the first, however many there are.
CREATE OR REPLACE FUNCTION {schema}.follow(ended text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  frontier text[] := ended;
BEGIN
  WHILE cardinality(frontier) > 0 LOOP
    frontier := {schema}.follow_links(frontier);
  END LOOP;
END
$$;
