-- Writes and removes records (a null value) where each still has the version that was expected, 0 for none; otherwise none of
-- them. Give them in their order, so that no two calls wait for each other. Answers with the number of the first that has
-- another version, or null. Primary key of `stored_record`, for each.
CREATE OR REPLACE FUNCTION {schema}.write_records(
  kinds text[], ids text[], expecteds integer[], new_values text[], due_ats bigint[], due_afters bigint[], ttls bigint[]
) RETURNS integer LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  one record;
  held boolean;
  stale text;
BEGIN
  FOR one IN
    SELECT given.number::integer, given.kind, given.id, given.expected, given.value,
      {schema}.instant(given.due_at, given.due_after, now_ms) AS due_at,
      {schema}.instant(NULL, given.ttl, now_ms) AS gone_at
    FROM unnest(kinds, ids, expecteds, new_values, due_ats, due_afters, ttls) WITH ORDINALITY
      AS given (kind, id, expected, value, due_at, due_after, ttl, number)
  LOOP
    -- One past its time is in nobody's way.
    DELETE FROM {schema}.stored_record AS lapsed
    WHERE lapsed.kind = one.kind AND lapsed.id = one.id AND lapsed.gone_at <= now_ms;
    SELECT version = one.expected INTO held FROM {schema}.stored_record AS present
    WHERE present.kind = one.kind AND present.id = one.id FOR UPDATE;
    IF NOT coalesce(held, one.expected = 0) THEN
      RAISE EXCEPTION 'another version' USING ERRCODE = 'LV003', DETAIL = one.number;
    END IF;
    IF one.value IS NULL THEN
      DELETE FROM {schema}.stored_record AS present WHERE present.kind = one.kind AND present.id = one.id;
      CONTINUE;
    END IF;
    INSERT INTO {schema}.stored_record AS present (kind, id, version, due_at, gone_at, value)
    VALUES (one.kind, one.id, one.expected + 1, one.due_at, one.gone_at, one.value)
    ON CONFLICT (kind, id) DO UPDATE
      SET version = excluded.version, due_at = excluded.due_at, gone_at = excluded.gone_at, value = excluded.value
      WHERE present.version = one.expected;
    -- Another made one meanwhile.
    IF NOT FOUND THEN RAISE EXCEPTION 'another version' USING ERRCODE = 'LV003', DETAIL = one.number; END IF;
  END LOOP;
  RETURN NULL;
EXCEPTION WHEN SQLSTATE 'LV003' THEN
  GET STACKED DIAGNOSTICS stale = PG_EXCEPTION_DETAIL;
  RETURN stale::integer;
END
$$;
