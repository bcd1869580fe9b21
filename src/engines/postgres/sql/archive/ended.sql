-- Jobs that ended at least so long ago ($1, in milliseconds), the first to end first, and for how long they are kept. Not
-- those that ended because of another: such are passed over. Index `finished_order` of each partition.
SELECT id, prune_at - finished_at FROM {schema}.finished
WHERE finished_at <= (SELECT {schema}.now_ms() - $1::bigint) AND upstream IS NULL
ORDER BY finished_at LIMIT $2
