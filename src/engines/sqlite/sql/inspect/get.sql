-- By the unique index on id.
SELECT j.sequence, j.id, j.lane, j.state, j.version, j.priority, j.input, j.headers, j.early, j.key, j.failures, j.crashes,
  j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, j.finished_at, j.worker, p.progress, j.result, j.error,
  j.revoked_by, j.revoked_reason, j.node, j.upstream
FROM {namespace}_job AS j LEFT JOIN {namespace}_progress AS p ON p.sequence = j.sequence
WHERE j.id = :id;
