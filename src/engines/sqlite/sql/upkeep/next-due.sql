-- The first entry of the index job_scheduled.
SELECT due_at FROM {namespace}_job WHERE state = 'scheduled' ORDER BY due_at LIMIT 1;
