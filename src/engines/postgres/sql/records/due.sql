-- The time, and the $2 records of a kind ($1) that are due first, now or later. Index `stored_record_due`, from its beginning.
SELECT clock.now_ms, planned.id, planned.version, planned.value, planned.due_at
FROM (SELECT {schema}.now_ms() OFFSET 0) AS clock
LEFT JOIN LATERAL (
  SELECT id, version, value, due_at FROM {schema}.stored_record
  WHERE kind = $1 AND due_at IS NOT NULL AND (gone_at IS NULL OR gone_at > clock.now_ms)
  ORDER BY due_at LIMIT $2
) AS planned ON true
ORDER BY planned.due_at
