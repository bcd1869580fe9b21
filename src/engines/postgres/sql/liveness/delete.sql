-- Ends a lease, and forgets the worker. Primary keys.
WITH ended AS (
  DELETE FROM {schema}.lease WHERE worker = $1
)
DELETE FROM {schema}.worker WHERE id = $1
