-- The next ids, live or finished, of an operation by filter. $1: the last id before; $2: the last id of all; $3, $4, $5,
-- $6: states, tasks, queues and a workflow, null for any; $7: how many. The primary keys forwards; of a workflow, the index
-- `node_workflow`, and the primary keys for each of its jobs.
(
  SELECT j.id FROM {schema}.job AS j JOIN {schema}.lane ON lane.lane = j.lane
  WHERE j.id > $1 AND j.id <= $2 AND ($3::text[] IS NULL OR j.state = ANY ($3))
    AND ($4::text[] IS NULL OR lane.task = ANY ($4)) AND ($5::text[] IS NULL OR lane.queue = ANY ($5))
    AND ($6::text IS NULL OR j.id = ANY (ARRAY(SELECT node.job FROM {schema}.node WHERE node.workflow = $6)))
  ORDER BY j.id LIMIT $7
)
UNION ALL
(
  SELECT j.id FROM {schema}.finished AS j JOIN {schema}.lane ON lane.lane = j.lane
  WHERE j.id > $1 AND j.id <= $2 AND ($3::text[] IS NULL OR j.state = ANY ($3))
    AND ($4::text[] IS NULL OR lane.task = ANY ($4)) AND ($5::text[] IS NULL OR lane.queue = ANY ($5))
    AND ($6::text IS NULL OR j.id = ANY (ARRAY(SELECT node.job FROM {schema}.node WHERE node.workflow = $6)))
  ORDER BY j.id LIMIT $7
)
ORDER BY 1 LIMIT $7
