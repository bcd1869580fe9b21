-- Keeps finished jobs of another engine: $1 is a JSON array of them, with payloads as base64. One that another worker has
-- stored meanwhile is left alone. Primary keys of one partition, and of `node`, for each id, in the order
-- of ids.
WITH given AS (
  SELECT * FROM json_to_recordset($1::json) AS given (
    id text, lane integer, version integer, fence integer, failures integer, crashes integer, priority smallint,
    form smallint, progress_form smallint, result_form smallint, early boolean, state text, created_at bigint,
    due_at bigint, expires_at bigint, started_at bigint, finished_at bigint, prune_at bigint, worker text, key text,
    node json, upstream text, revoked_by text, revoked_reason text, error text, headers text, input text, progress text, result text
  )
), kept AS (
  INSERT INTO {schema}.finished (
    id, place, lane, version, fence, failures, crashes, priority, form, progress_form, result_form, early, has_node,
    state, created_at, due_at, expires_at, started_at, finished_at, prune_at, worker, key, upstream, revoked_by,
    revoked_reason, error, headers, input, progress, result
  )
  SELECT id, ((9 - priority)::bigint << 59) + nextval('{schema}.push_order'), lane, version, fence, failures, crashes,
    priority, form, progress_form, result_form, early, node IS NOT NULL, state, created_at, due_at, expires_at,
    started_at, finished_at, prune_at, worker, key, upstream, revoked_by, revoked_reason, error, headers, decode(input, 'base64'),
    decode(progress, 'base64'), decode(result, 'base64')
  FROM given ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, lane, state, has_node
), placed AS (
  INSERT INTO {schema}.node (job, workflow, body, awaited, broken)
  SELECT given.id, given.node ->> 'workflow', given.node, 0, 0
  FROM given JOIN kept ON kept.id = given.id WHERE kept.has_node
)
INSERT INTO {schema}.tally (lane, became, jobs) SELECT lane, state, count(*) FROM kept GROUP BY lane, state
