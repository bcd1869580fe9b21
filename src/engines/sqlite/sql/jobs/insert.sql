-- Appends to the table, the id index and one partial index. A job that is there already is left alone.
INSERT INTO {namespace}_job
  (id, lane, state, priority, version, fence, failures, crashes, early, created_at, due_at, expires_at, key, headers, input)
VALUES
  (:id, :lane, :state, :priority, 1, 0, 0, 0, :early, :created_at, :due_at, :expires_at, :key, :headers, :input)
ON CONFLICT (id) DO NOTHING;
