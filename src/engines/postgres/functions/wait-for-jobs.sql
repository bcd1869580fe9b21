-- Lets a worker wait for a hint, unless a job is ready that nobody in its process was told of: one pushed after `told`.
-- Then it answers with that job's number in push order, and the worker does not wait. The index `job_ready`, for each
-- lane that the worker may take from, which are empty where a worker is idle. The commit need not reach the disk.
CREATE OR REPLACE FUNCTION {schema}.wait_for_jobs(
  process_name text, waiter_number bigint, known_tasks text[], known_queues text[], told bigint, looks boolean,
  keep_ms bigint
) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  found bigint;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO {schema}.waiter (process, waiter, tasks, queues, polls, until)
  VALUES (process_name, waiter_number, known_tasks, known_queues, looks, {schema}.now_ms() + keep_ms);
  found := {schema}.first_ready(known_tasks, known_queues, told);
  IF found IS NOT NULL THEN
    DELETE FROM {schema}.waiter WHERE process = process_name AND waiter = waiter_number;
  END IF;
  RETURN found;
END
$$;
