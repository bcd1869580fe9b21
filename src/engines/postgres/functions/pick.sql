-- Locks the next jobs of several lanes, in the order of their places, and passes over those that others hold.
-- Each round looks at the head of each lane behind `after`, by the index `job_ready`; what lies before the last look of
-- every lane that may have more is sure to be next.
CREATE OR REPLACE FUNCTION {schema}.pick(lanes integer[], wanted integer, excluded tid[], now_ms bigint)
RETURNS tid[] LANGUAGE plpgsql AS $$
DECLARE
  picked tid[] := '{}';
  heads tid[];
  after bigint := -1;
  frontier bigint;
  share integer;
  has_more boolean;
BEGIN
  IF cardinality(lanes) = 1 THEN
    RETURN ARRAY(
      SELECT ctid FROM {schema}.job
      WHERE lane = lanes[1] AND state = 'ready' AND crashes < 2 AND (expires_at IS NULL OR expires_at > now_ms)
        AND ctid <> ALL (excluded)
      ORDER BY place LIMIT wanted FOR UPDATE SKIP LOCKED
    );
  END IF;
  LOOP
    share := 8 + 2 * (wanted - cardinality(picked)) / cardinality(lanes);
    WITH head AS MATERIALIZED (
      SELECT found.tid, found.place, row_number() OVER (PARTITION BY wanted_lane.lane ORDER BY found.place) AS number
      FROM unnest(lanes) AS wanted_lane (lane)
      CROSS JOIN LATERAL (
        SELECT ctid AS tid, place FROM {schema}.job
        WHERE lane = wanted_lane.lane AND state = 'ready' AND crashes < 2 AND place > after
          AND (expires_at IS NULL OR expires_at > now_ms)
        ORDER BY place LIMIT share
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
