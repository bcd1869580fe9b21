-- Once for each task of each queue.
INSERT INTO {namespace}_lane (queue, task) VALUES (:queue, :task) RETURNING lane;
