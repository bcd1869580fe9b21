-- Index `waiter_process`.
DELETE FROM {schema}.waiter WHERE process = $1 AND waiter = ANY ($2)
