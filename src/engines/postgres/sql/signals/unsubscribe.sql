-- Primary key.
DELETE FROM {schema}.subscription WHERE topic = $1 AND process = $2
