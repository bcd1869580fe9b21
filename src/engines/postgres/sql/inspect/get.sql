-- Jobs by their ids, live or finished. Primary keys, that of `node` for jobs of workflows; of `finished`, one
-- partition for each id.
SELECT j.id, lane.task, lane.queue, j.state, j.version, j.priority, j.form,
  CASE WHEN j.form = 0 THEN convert_from(j.input, 'UTF8') ELSE encode(j.input, 'base64') END, j.headers, j.early, j.key,
  j.failures, j.crashes, j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, NULL::bigint, j.worker,
  j.progress_form,
  CASE WHEN j.progress_form = 0 THEN convert_from(j.progress, 'UTF8') ELSE encode(j.progress, 'base64') END,
  NULL::smallint, NULL::text, j.error, j.revoked_by, j.revoked_reason,
  CASE WHEN j.has_node THEN (SELECT node.body::text FROM {schema}.node WHERE node.job = j.id) END, NULL::text
FROM {schema}.job AS j JOIN {schema}.lane ON lane.lane = j.lane
WHERE j.id = ANY ($1)
UNION ALL
SELECT j.id, lane.task, lane.queue, j.state, j.version, j.priority, j.form,
  CASE WHEN j.form = 0 THEN convert_from(j.input, 'UTF8') ELSE encode(j.input, 'base64') END, j.headers, j.early, j.key,
  j.failures, j.crashes, j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, j.finished_at, j.worker,
  j.progress_form,
  CASE WHEN j.progress_form = 0 THEN convert_from(j.progress, 'UTF8') ELSE encode(j.progress, 'base64') END,
  j.result_form,
  CASE WHEN j.result_form = 0 THEN convert_from(j.result, 'UTF8') ELSE encode(j.result, 'base64') END, j.error, j.revoked_by,
  j.revoked_reason, CASE WHEN j.has_node THEN (SELECT node.body::text FROM {schema}.node WHERE node.job = j.id) END,
  j.upstream
FROM {schema}.finished AS j JOIN {schema}.lane ON lane.lane = j.lane
WHERE j.id = ANY ($1)
