-- Takes off processes that are gone without a word. Both tables are small.
WITH listening AS (
  DELETE FROM {schema}.subscription WHERE until < {schema}.now_ms()
)
DELETE FROM {schema}.waiter WHERE until < {schema}.now_ms()
