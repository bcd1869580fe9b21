-- The whole table: one row for each worker process.
SELECT id FROM {namespace}_worker WHERE lease_until < :now ORDER BY lease_until;
