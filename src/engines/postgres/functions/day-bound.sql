-- Where the ids of a day begin: the first 48 bits of a UUIDv7 are its epoch milliseconds.
CREATE OR REPLACE FUNCTION {schema}.day_bound(day date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(hex, 8) || '-' || right(hex, 4)
  FROM (SELECT lpad(to_hex((extract(epoch FROM day::timestamp) * 1000)::bigint), 12, '0') AS hex) AS bound
$$;
