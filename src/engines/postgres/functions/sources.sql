-- From what a worker may claim now, in pairs of which one is null: whole tasks, or lanes. A task of a worker of all queues is
-- one source, however many queues it has, by the index `job_ready_task`; unless a paused queue has ready jobs of it, which
-- would be met there: then its other lanes are. No source holds a job of a paused queue or of an unknown task.
-- Indexes `queue_paused`, `lane_queue_task_key`, `lane_task` and `task_name_key`; `job_ready` for each lane of a paused queue.
CREATE OR REPLACE FUNCTION {schema}.sources(
  known_tasks text[], known_queues text[], OUT lanes integer[], OUT tasks integer[]
) LANGUAGE plpgsql AS $$
DECLARE
  paused_queues text[] := ARRAY(SELECT queue.name FROM {schema}.queue WHERE queue.paused);
  split text[] := '{}';
BEGIN
  IF known_queues IS NOT NULL THEN
    -- OFFSET 0 keeps the planner from beginning with the tasks, which may be in any number of other queues.
    lanes := ARRAY(
      SELECT named.lane FROM (SELECT * FROM {schema}.lane WHERE lane.queue = ANY (known_queues) OFFSET 0) AS named
      WHERE named.task = ANY (known_tasks) AND named.queue <> ALL (paused_queues)
    );
    tasks := array_fill(NULL::integer, ARRAY[cardinality(lanes)]);
    RETURN;
  END IF;
  lanes := '{}';
  IF cardinality(paused_queues) > 0 THEN
    split := ARRAY(
      SELECT DISTINCT hidden.task
      FROM (SELECT * FROM {schema}.lane WHERE lane.queue = ANY (paused_queues) OFFSET 0) AS hidden
      CROSS JOIN LATERAL (
        SELECT FROM {schema}.job WHERE job.lane = hidden.lane AND job.state = 'ready' AND job.crashes < 2
        ORDER BY job.place LIMIT 1
      ) AS head
      WHERE hidden.task = ANY (known_tasks)
    );
    lanes := ARRAY(
      SELECT lane.lane FROM {schema}.lane WHERE lane.task = ANY (split)
        AND NOT EXISTS (SELECT FROM {schema}.queue WHERE queue.name = lane.queue AND queue.paused)
    );
  END IF;
  tasks := ARRAY(SELECT task.task FROM {schema}.task WHERE task.name = ANY (known_tasks) AND task.name <> ALL (split));
  lanes := lanes || array_fill(NULL::integer, ARRAY[cardinality(tasks)]);
  tasks := array_fill(NULL::integer, ARRAY[cardinality(lanes) - cardinality(tasks)]) || tasks;
END
$$;
