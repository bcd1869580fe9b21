-- The whole table: one row for each queue that was ever paused.
SELECT name FROM {namespace}_queue WHERE paused = 1;
