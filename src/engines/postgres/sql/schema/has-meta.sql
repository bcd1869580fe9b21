-- Unique index of pg_class. From the catalogue, because to_regclass() answers from the connection's memory: after a wait for
-- another process that has just made the table it said, 20 times of 20, that there is none.
SELECT FROM pg_catalog.pg_class
JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE pg_class.relname = 'meta' AND pg_namespace.nspname = '{schema}'
