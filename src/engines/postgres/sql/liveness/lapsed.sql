-- Workers whose lease lapsed, except those that another process looks at. A scan of `lease`, a row for each worker.
SELECT worker FROM {schema}.lease WHERE lease_until <= {schema}.now_ms() ORDER BY worker FOR UPDATE SKIP LOCKED
