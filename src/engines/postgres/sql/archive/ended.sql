-- Jobs that ended at least so long ago ($1, in milliseconds), the first to end first, and for how long they are kept. Not
-- those that a retry needs here, which are passed over: what ended because of another, and what has slots and did not
-- succeed. Index `finished_order` of each partition; of jobs with a node that did not succeed, the primary key of `node`.
SELECT id, prune_at - finished_at FROM {schema}.finished AS ended
WHERE finished_at <= (SELECT {schema}.now_ms() - $1::bigint) AND upstream IS NULL
  AND (NOT has_node OR state = 'succeeded'
    OR NOT EXISTS (SELECT FROM {schema}.node WHERE job = ended.id AND (body ->> 'slots')::integer > 0))
ORDER BY finished_at LIMIT $2
