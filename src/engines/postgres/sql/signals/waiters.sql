-- Who of this process waits still. Index `waiter_process`.
SELECT waiter FROM {schema}.waiter WHERE process = $1
