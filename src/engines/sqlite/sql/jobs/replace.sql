-- By primary key; leaves job_active. A job of no workflow enters job_workflow.
UPDATE {namespace}_job
SET state = 'waiting', version = version + 1, due_at = NULL, node = coalesce(node, :node)
WHERE sequence = :sequence;
