-- The instant that a caller's wish means: `at`, or so long after `now_ms`. Null where there is no wish.
CREATE OR REPLACE FUNCTION {schema}.instant(at bigint, after_ms bigint, now_ms bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(at, CASE WHEN after_ms IS NOT NULL THEN least(now_ms + after_ms, 8640000000000000) END)
$$;
