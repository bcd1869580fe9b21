-- How many jobs of a workflow fit. $1, $2, $3: states, tasks and queues, null for any; $4: the workflow. The index
-- `node_workflow`, and the primary keys of `job` and `finished` for each of its jobs.
WITH member AS MATERIALIZED (
  SELECT array_agg(job) AS ids FROM {schema}.node WHERE workflow = $4
), found AS (
  SELECT lane, state FROM {schema}.job WHERE id = ANY ((SELECT ids FROM member)::text[])
  UNION ALL
  SELECT lane, state FROM {schema}.finished WHERE id = ANY ((SELECT ids FROM member)::text[])
)
SELECT count(*) FROM found JOIN {schema}.lane ON lane.lane = found.lane
WHERE ($1::text[] IS NULL OR found.state = ANY ($1)) AND ($2::text[] IS NULL OR lane.task = ANY ($2))
  AND ($3::text[] IS NULL OR lane.queue = ANY ($3))
