-- How many jobs fit, from the counters: no job is looked at. $1, $2, $3: states, tasks and queues, null for any.
SELECT coalesce(sum(counted.jobs), 0)
FROM {schema}.lane_state AS counted JOIN {schema}.lane ON lane.lane = counted.lane
WHERE ($1::text[] IS NULL OR counted.state = ANY ($1)) AND ($2::text[] IS NULL OR lane.task = ANY ($2))
  AND ($3::text[] IS NULL OR lane.queue = ANY ($3))
