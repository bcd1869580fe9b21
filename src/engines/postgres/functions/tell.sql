-- Sends a message to those who listen to its topic; nothing is sent where nobody does. `inline` is the message as NOTIFY
-- can carry it, null where it cannot; the row that is written instead is found by its primary key.
CREATE OR REPLACE FUNCTION {schema}.tell(told_topic text, inline text, message_form smallint, message_body bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  listeners bigint;
  pollers bigint;
  row_number bigint;
BEGIN
  SELECT count(*), count(*) FILTER (WHERE polls) INTO listeners, pollers
  FROM {schema}.subscription WHERE topic = told_topic AND until > now_ms;
  IF listeners = 0 THEN RETURN; END IF;
  IF inline IS NULL OR pollers > 0 THEN
    INSERT INTO {schema}.message (topic, form, body, sent_at) VALUES (told_topic, message_form, message_body, now_ms)
    RETURNING sequence INTO row_number;
  END IF;
  IF listeners > pollers THEN
    PERFORM pg_notify({schema}.channel(told_topic), coalesce(inline, 'r:' || row_number));
  END IF;
END
$$;
