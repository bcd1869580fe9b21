-- The next ids, live or finished, of an operation by filter. $1: the last id before; $2: the last id of all; $3, $4, $5:
-- states, tasks and queues, null for any; $6: how many. The primary keys forwards.
(
  SELECT j.id FROM {schema}.job AS j JOIN {schema}.lane ON lane.lane = j.lane
  WHERE j.id > $1 AND j.id <= $2 AND ($3::text[] IS NULL OR j.state = ANY ($3))
    AND ($4::text[] IS NULL OR lane.task = ANY ($4)) AND ($5::text[] IS NULL OR lane.queue = ANY ($5))
  ORDER BY j.id LIMIT $6
)
UNION ALL
(
  SELECT j.id FROM {schema}.finished AS j JOIN {schema}.lane ON lane.lane = j.lane
  WHERE j.id > $1 AND j.id <= $2 AND ($3::text[] IS NULL OR j.state = ANY ($3))
    AND ($4::text[] IS NULL OR lane.task = ANY ($4)) AND ($5::text[] IS NULL OR lane.queue = ANY ($5))
  ORDER BY j.id LIMIT $6
)
ORDER BY 1 LIMIT $6
