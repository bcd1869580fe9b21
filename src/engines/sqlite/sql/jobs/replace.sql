-- By primary key; leaves job_active. A job of no workflow enters job_workflow.
-- Its delay has passed: it is not waited for again.
UPDATE {namespace}_job
SET state = 'waiting', version = version + 1, due_at = NULL, node = coalesce(json_remove(node, '$.due'), :node)
WHERE sequence = :sequence;
