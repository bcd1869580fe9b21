-- By primary key.
INSERT INTO {namespace}_peer (id, address, pid, host) VALUES (:id, :address, :pid, :host)
ON CONFLICT (id) DO UPDATE SET address = excluded.address, pid = excluded.pid, host = excluded.host;
