-- Jobs that ended at least so long ago ($1, in milliseconds), the first to end first, and for how long they are kept.
-- Index `finished_order` of each partition.
SELECT id, prune_at - finished_at FROM {schema}.finished
WHERE finished_at <= (SELECT {schema}.now_ms() - $1::bigint) ORDER BY finished_at LIMIT $2
