-- The jobs that a worker holds by the engine's account. Index `job_active`.
SELECT id, fence, exchange, revoked_by, revoked_reason FROM {schema}.job WHERE worker = $1 AND state = 'active' AND exchange IS NOT NULL
