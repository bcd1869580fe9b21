-- Tells waiting workers of jobs that became ready, no more workers than there are jobs, each once: their rows are taken
-- away, which those see that poll, and the others are notified. `last` is the number of the last of the jobs in push order,
-- so that a worker does not take what it was told of for news. A scan of `waiter`, which holds a row for each idle worker,
-- for each lane that somebody waits for, until nobody waits any more: many lanes of one push cost little.
CREATE OR REPLACE FUNCTION {schema}.wake(lanes integer[], counts bigint[], last bigint, keeping boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now_ms bigint;
  woken record;
  sent bigint;
BEGIN
  IF lanes IS NULL OR NOT EXISTS (SELECT FROM {schema}.waiter) THEN RETURN; END IF;
  now_ms := {schema}.now_ms();
  FOR woken IN
    SELECT lane.queue, lane.task, given.jobs
    FROM unnest(lanes, counts) AS given (lane, jobs)
    JOIN {schema}.lane ON lane.lane = given.lane
    WHERE given.jobs > 0 AND NOT EXISTS (SELECT FROM {schema}.queue WHERE queue.name = lane.queue AND queue.paused)
      AND EXISTS (
        SELECT FROM {schema}.waiter
        WHERE lane.task = ANY (tasks) AND (queues IS NULL OR lane.queue = ANY (queues)) AND until > now_ms
      )
  LOOP
    -- Within a caller's transaction (`keeping`) the rows of those that can be notified stay: nobody else could take them
    -- for as long as that transaction lasts.
    WITH told AS (
      DELETE FROM {schema}.waiter WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {schema}.waiter
        WHERE woken.task = ANY (tasks) AND (queues IS NULL OR woken.queue = ANY (queues)) AND until > now_ms
          AND (polls OR NOT keeping)
        ORDER BY number LIMIT woken.jobs FOR UPDATE SKIP LOCKED
      ))
      RETURNING process, waiter, polls
    ), notified AS (
      SELECT process, waiter FROM told WHERE NOT polls
      UNION ALL
      (
        SELECT process, waiter FROM {schema}.waiter
        WHERE keeping AND NOT polls AND until > now_ms
          AND woken.task = ANY (tasks) AND (queues IS NULL OR woken.queue = ANY (queues))
        ORDER BY number LIMIT woken.jobs
      )
    )
    SELECT count(pg_notify('lovage_' || process, 'w' || coalesce(last, 0) || ':' || list)::text) INTO sent
    FROM (SELECT process, string_agg(waiter::text, ',') AS list FROM notified GROUP BY process) AS grouped;
    EXIT WHEN NOT EXISTS (SELECT FROM {schema}.waiter WHERE until > now_ms);
  END LOOP;
END
$$;
