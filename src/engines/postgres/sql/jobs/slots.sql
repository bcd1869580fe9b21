-- What fills the slots of jobs. Primary key of `slot`.
SELECT job, slot, source, state, form,
  CASE WHEN form = 0 THEN convert_from(result, 'UTF8') ELSE encode(result, 'base64') END, error, revoked_by, revoked_reason
FROM {schema}.slot WHERE job = ANY ($1) ORDER BY job, slot
