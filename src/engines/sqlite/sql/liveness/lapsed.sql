-- The whole table: one row for each worker process. A lease of more than twice its length is of a time before the clock
-- was set back: whoever lives has renewed it since, as the one who asks has been steady for a full lease.
SELECT id FROM {namespace}_worker
WHERE lease_until < :now OR lease_until > :now + 2 * lease_ms
ORDER BY lease_until;
