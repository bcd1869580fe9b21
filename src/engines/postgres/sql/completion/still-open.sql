-- Whether this is the transaction that $1 names: it is another one, or none, where the handler has ended it itself.
SELECT pg_current_xact_id()::xid::text = $1
