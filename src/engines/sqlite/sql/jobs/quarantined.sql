-- The index job_quarantined, which is empty but for jobs that crashed twice.
SELECT lane, min(sequence) FROM {namespace}_job WHERE state = 'ready' AND crashes >= 2 GROUP BY lane;
