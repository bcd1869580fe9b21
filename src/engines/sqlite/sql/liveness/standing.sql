-- By primary key.
SELECT lease_until, steady_since, lease_ms FROM {namespace}_worker WHERE id = :id;
