-- Appends to the table, the id index and job_finished.
INSERT INTO {namespace}_job
  (id, lane, state, priority, version, fence, failures, crashes, early, created_at, due_at, expires_at, started_at,
  finished_at, prune_at, worker, key, revoked_by, revoked_reason, node, upstream,
  error, headers, input, result)
VALUES
  (:id, :lane, :state, :priority, :version, :fence, :failures, :crashes, :early, :created_at, :due_at, :expires_at,
  :started_at, :finished_at, :prune_at, :worker, :key, :revoked_by, :revoked_reason, :node,
  :upstream, :error, :headers, :input, :result)
RETURNING sequence;
