-- Upwards through the index job_finished: costs the jobs passed over, which ended just now, because of another, or
-- with slots that a retry needs, as well as those returned.
SELECT j.sequence, j.id, j.lane, j.state, j.version, j.priority, j.input, j.headers, j.early, j.key, j.failures, j.crashes,
  j.fence, j.created_at, j.due_at, j.expires_at, j.started_at, j.finished_at, j.worker, p.progress, j.result, j.error,
  j.revoked_by, j.revoked_reason, j.node, j.upstream, j.prune_at
FROM {namespace}_job AS j LEFT JOIN {namespace}_progress AS p ON p.sequence = j.sequence
WHERE j.prune_at IS NOT NULL AND j.finished_at <= :until AND j.upstream IS NULL
  AND (j.state = 'succeeded' OR coalesce(j.node ->> 'slots', 0) = 0)
ORDER BY j.prune_at
LIMIT :limit;
