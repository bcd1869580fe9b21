-- Holds a claim until the transaction ends: nobody can end it or give it away, while its progress and the wish that it
-- end, which touch no key, go past the lock. No row where the claim has ended. Primary key of `job`.
SELECT pg_backend_pid(), pg_current_xact_id()::xid::text, set_config('idle_in_transaction_session_timeout', $3, true)
FROM {schema}.job WHERE id = $1 AND fence = $2 AND state = 'active'
FOR KEY SHARE
