-- Messages of topics that this process polls for, behind $1. Primary key.
SELECT sequence, topic, form, CASE WHEN form = 0 THEN convert_from(body, 'UTF8') ELSE encode(body, 'base64') END,
  sent_at < {schema}.now_ms() - $3
FROM {schema}.message WHERE sequence > $1 AND topic = ANY ($2) ORDER BY sequence
