-- Ends the connection of process $1 as long as it is in transaction $2: a closed socket does not stop a statement that
-- runs. A scan of the server's connections.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid::text = $2
