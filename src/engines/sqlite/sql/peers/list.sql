-- The whole table: one row for each engine instance.
SELECT id, address, pid, host FROM {namespace}_peer;
