-- Range of the index job_workflow, then the rows.
SELECT count(*) FROM {namespace}_job
WHERE node IS NOT NULL AND node ->> 'workflow' = :workflow
  AND state IN (SELECT value FROM json_each(:states))
  AND (:lanes IS NULL OR lane IN (SELECT value FROM json_each(:lanes)));
