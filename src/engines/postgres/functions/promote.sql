-- Makes due jobs ready, the first due first. Index `job_scheduled`.
CREATE OR REPLACE FUNCTION {schema}.promote(most integer) RETURNS TABLE (promoted bigint, next_due_in_ms bigint)
LANGUAGE plpgsql {plan} AS $$
#variable_conflict use_column
DECLARE
  now_ms bigint := {schema}.now_ms();
  due text[];
  count integer;
BEGIN
  due := ARRAY(
    SELECT id FROM {schema}.job WHERE state = 'scheduled' AND due_at <= now_ms
    ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED
  );
  count := cardinality(due);
  promoted := 0;
  IF count > 0 THEN
    promoted := {schema}.put_back(
      due, NULL, NULL, array_fill(0, ARRAY[count]), array_fill(0, ARRAY[count])
    );
  END IF;
  SELECT due_at INTO next_due_in_ms FROM {schema}.job WHERE state = 'scheduled' ORDER BY due_at LIMIT 1;
  -- Null, where none is scheduled, would give 0.
  IF next_due_in_ms IS NOT NULL THEN next_due_in_ms := greatest(0, next_due_in_ms - now_ms); END IF;
  RETURN NEXT;
END
$$;
