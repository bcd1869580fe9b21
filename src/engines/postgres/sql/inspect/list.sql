-- A page of jobs, newest first. $1: the id before the page; $2, $3, $4, $5: states, tasks, queues and a workflow, null for
-- any; $6: how many. The primary keys backwards, of both tables and all partitions; they end when the page is full. Of a
-- workflow, the index `node_workflow`, and the primary keys for each of its jobs.
(
  SELECT j.id, lane.task, lane.queue, j.state, j.version, j.priority, j.form,
  CASE WHEN j.form = 0 THEN convert_from(j.input, 'UTF8') ELSE encode(j.input, 'base64') END, j.headers, j.early, j.key,
  j.failures, j.crashes, j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, NULL::bigint, j.worker,
  j.progress_form,
  CASE WHEN j.progress_form = 0 THEN convert_from(j.progress, 'UTF8') ELSE encode(j.progress, 'base64') END,
  NULL::smallint, NULL::text, j.error, j.revoked_by, j.revoked_reason,
  CASE WHEN j.has_node THEN (SELECT node.body::text FROM {schema}.node WHERE node.job = j.id) END, NULL::text
  FROM {schema}.job AS j JOIN {schema}.lane ON lane.lane = j.lane
  WHERE ($1::text IS NULL OR j.id < $1) AND ($2::text[] IS NULL OR j.state = ANY ($2))
    AND ($3::text[] IS NULL OR lane.task = ANY ($3)) AND ($4::text[] IS NULL OR lane.queue = ANY ($4))
    AND ($5::text IS NULL OR j.id = ANY (ARRAY(SELECT node.job FROM {schema}.node WHERE node.workflow = $5)))
  ORDER BY j.id DESC LIMIT $6
)
UNION ALL
(
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
  WHERE ($1::text IS NULL OR j.id < $1) AND ($2::text[] IS NULL OR j.state = ANY ($2))
    AND ($3::text[] IS NULL OR lane.task = ANY ($3)) AND ($4::text[] IS NULL OR lane.queue = ANY ($4))
    AND ($5::text IS NULL OR j.id = ANY (ARRAY(SELECT node.job FROM {schema}.node WHERE node.workflow = $5)))
  ORDER BY j.id DESC LIMIT $6
)
ORDER BY 1 DESC LIMIT $6
