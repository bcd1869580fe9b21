-- Locks the jobs that were pushed first, whatever their priority. The head of each priority of each source, by the index
-- `job_ready` or `job_ready_task`: a priority is a range of places.
CREATE OR REPLACE FUNCTION {schema}.pick_oldest(lanes integer[], tasks integer[], wanted integer, now_ms bigint)
RETURNS tid[] LANGUAGE plpgsql AS $$
DECLARE
  heads tid[];
BEGIN
  heads := ARRAY(
    SELECT found.tid
    FROM unnest(lanes, tasks) AS source (lane, task)
    CROSS JOIN generate_series(0, 9) AS urgency
    CROSS JOIN LATERAL (
      (SELECT ctid AS tid, place & 576460752303423487 AS sequence FROM {schema}.job
      WHERE lane = source.lane AND state = 'ready' AND crashes < 2
        AND place >= (urgency::bigint << 59) AND place <= (urgency::bigint << 59) + 576460752303423487
        AND (expires_at IS NULL OR expires_at > now_ms)
      ORDER BY place LIMIT wanted)
      UNION ALL
      (SELECT ctid, place & 576460752303423487 FROM {schema}.job
      WHERE task = source.task AND state = 'ready' AND crashes < 2
        AND place >= (urgency::bigint << 59) AND place <= (urgency::bigint << 59) + 576460752303423487
        AND (expires_at IS NULL OR expires_at > now_ms)
      ORDER BY place LIMIT wanted)
    ) AS found
    ORDER BY found.sequence LIMIT wanted
  );
  RETURN ARRAY(SELECT ctid FROM {schema}.job WHERE ctid = ANY (heads) AND state = 'ready' FOR UPDATE SKIP LOCKED);
END
$$;
