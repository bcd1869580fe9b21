-- Locks the next jobs of some sources, in the order of their places, and passes over those that others hold.
-- Each round looks at the head of each source behind `after`, by the index `job_ready` or `job_ready_task`; what lies
-- before the last look into every source that may have more is sure to be next.
CREATE OR REPLACE FUNCTION {schema}.pick(
  lanes integer[], tasks integer[], wanted integer, excluded tid[], now_ms bigint
) RETURNS tid[] LANGUAGE plpgsql AS $$
DECLARE
  picked tid[] := '{}';
  heads tid[];
  after bigint := -1;
  frontier bigint;
  share integer;
  has_more boolean;
BEGIN
  IF cardinality(lanes) = 1 THEN RETURN {schema}.pick_from(lanes[1], tasks[1], wanted, excluded, now_ms); END IF;
  LOOP
    share := 8 + 2 * (wanted - cardinality(picked)) / cardinality(lanes);
    WITH head AS MATERIALIZED (
      SELECT found.tid, found.place, row_number() OVER (PARTITION BY source.number ORDER BY found.place) AS number
      FROM unnest(lanes, tasks) WITH ORDINALITY AS source (lane, task, number)
      CROSS JOIN LATERAL (
        (SELECT ctid AS tid, place FROM {schema}.job
        WHERE lane = source.lane AND state = 'ready' AND crashes < 2 AND place > after
          AND (expires_at IS NULL OR expires_at > now_ms)
        ORDER BY place LIMIT share)
        UNION ALL
        (SELECT ctid, place FROM {schema}.job
        WHERE task = source.task AND state = 'ready' AND crashes < 2 AND place > after
          AND (expires_at IS NULL OR expires_at > now_ms)
        ORDER BY place LIMIT share)
      ) AS found
    ), sure AS (
      SELECT tid, place FROM head
      WHERE place <= coalesce((SELECT min(place) FROM head WHERE number = share), 9223372036854775807)
        AND tid <> ALL (excluded)
      ORDER BY place LIMIT wanted - cardinality(picked)
    )
    SELECT (SELECT array_agg(tid) FROM sure), (SELECT max(place) FROM sure), count(*) > (SELECT count(*) FROM sure)
    INTO heads, frontier, has_more
    FROM head;
    EXIT WHEN heads IS NULL;
    picked := picked || ARRAY(
      SELECT ctid FROM {schema}.job WHERE ctid = ANY (heads) AND state = 'ready' FOR UPDATE SKIP LOCKED
    );
    after := frontier;
    EXIT WHEN cardinality(picked) >= wanted OR NOT has_more;
  END LOOP;
  RETURN picked;
END
$$;
