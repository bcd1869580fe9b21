-- Pauses or resumes a queue; jobs that the pause had hidden are news to idle workers. Primary key of `queue`.
CREATE OR REPLACE FUNCTION {schema}.set_paused(queue_name text, is_paused boolean) RETURNS void
LANGUAGE plpgsql {plan} AS $$
DECLARE
  ready_lanes integer[];
  ready_counts bigint[];
BEGIN
  INSERT INTO {schema}.queue (name, paused) VALUES (queue_name, is_paused)
  ON CONFLICT (name) DO UPDATE SET paused = excluded.paused;
  IF is_paused THEN RETURN; END IF;
  SELECT array_agg(counted.lane), array_agg(counted.jobs) INTO ready_lanes, ready_counts
  FROM {schema}.lane JOIN {schema}.lane_state AS counted ON counted.lane = lane.lane
  WHERE lane.queue = queue_name AND counted.state = 'ready' AND counted.jobs > 0;
  PERFORM {schema}.wake(ready_lanes, ready_counts, NULL, false);
END
$$;
