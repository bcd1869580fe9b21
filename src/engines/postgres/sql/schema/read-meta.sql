-- A handful of rows.
SELECT name, value FROM {schema}.meta
