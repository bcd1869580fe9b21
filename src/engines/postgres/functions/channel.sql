-- The channel of a topic: a name of fewer than 64 bytes, whatever the topic, and of this schema alone.
CREATE OR REPLACE FUNCTION {schema}.channel(topic text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'lovage_' || md5('{schema}:' || topic)
$$;
