-- Whether a worker's lease runs, and has run without a gap for one full lease. Primary key of `lease`.
SELECT lease_until > {schema}.now_ms() AND {schema}.now_ms() - steady_since >= lease_ms
FROM {schema}.lease WHERE worker = $1
