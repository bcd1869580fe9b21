-- The whole table: one row for each task of each queue.
SELECT lane, queue, task, scheduled, ready, active, waiting, succeeded, failed, revoked FROM {namespace}_lane;
