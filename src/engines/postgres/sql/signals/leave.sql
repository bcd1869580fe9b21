-- This process is no more: neither waits it nor listens.
WITH listening AS (
  DELETE FROM {schema}.subscription WHERE process = $1
)
DELETE FROM {schema}.waiter WHERE process = $1
