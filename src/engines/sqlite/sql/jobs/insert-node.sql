-- As `insert`, for a workflow's job: enters job_workflow as well.
INSERT INTO {namespace}_job
  (id, lane, state, priority, version, fence, failures, crashes, early, created_at, due_at, expires_at, key, headers, input,
  node)
VALUES
  (:id, :lane, :state, :priority, 1, 0, 0, 0, :early, :created_at, :due_at, :expires_at, :key, :headers, :input,
  :node)
ON CONFLICT (id) DO NOTHING
RETURNING sequence;
