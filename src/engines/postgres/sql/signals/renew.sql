-- This process is still there: its waiters, which it answers with, and its topics. Index `waiter_process`, and a scan of
-- `subscription`, which has a row for each topic of each process.
WITH listening AS (
  UPDATE {schema}.subscription SET until = {schema}.now_ms() + $2 WHERE process = $1
)
UPDATE {schema}.waiter SET until = {schema}.now_ms() + $2 WHERE process = $1 RETURNING waiter
