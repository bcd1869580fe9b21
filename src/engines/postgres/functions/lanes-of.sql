-- The numbers of lanes by queue and task, made where there are none. The unique indexes of `task` and `lane`; in the order
-- of names, so that no two calls wait for each other.
CREATE OR REPLACE FUNCTION {schema}.lanes_of(queues text[], tasks text[])
RETURNS TABLE (lane integer, queue text, task text) LANGUAGE sql VOLATILE AS $$
  INSERT INTO {schema}.task (name)
  SELECT DISTINCT wanted.name FROM unnest(tasks) AS wanted (name)
  WHERE NOT EXISTS (SELECT FROM {schema}.task WHERE task.name = wanted.name)
  ORDER BY wanted.name
  ON CONFLICT DO NOTHING;
  INSERT INTO {schema}.lane (queue, task)
  SELECT wanted.queue, wanted.task FROM unnest(queues, tasks) AS wanted (queue, task)
  WHERE NOT EXISTS (SELECT FROM {schema}.lane WHERE lane.queue = wanted.queue AND lane.task = wanted.task)
  ORDER BY wanted.queue, wanted.task
  ON CONFLICT DO NOTHING;
  SELECT lane.lane, lane.queue, lane.task
  FROM unnest(queues, tasks) AS wanted (queue, task)
  JOIN {schema}.lane ON lane.queue = wanted.queue AND lane.task = wanted.task;
$$;
