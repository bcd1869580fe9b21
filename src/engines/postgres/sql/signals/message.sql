-- Primary key.
SELECT form, CASE WHEN form = 0 THEN convert_from(body, 'UTF8') ELSE encode(body, 'base64') END
FROM {schema}.message WHERE sequence = $1
