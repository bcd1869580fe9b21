-- Keeps the progress of running jobs; what names another claim is dropped. Primary key of `job`, once for each id, in the
-- order of the ids.
CREATE OR REPLACE FUNCTION {schema}.keep_progress(ids text[], fences integer[], forms smallint[], bodies bytea[])
RETURNS void LANGUAGE plpgsql {plan} AS $$
DECLARE
  kept_ids text[];
BEGIN
  WITH kept AS (
    UPDATE {schema}.job SET progress = given.body, progress_form = given.form, version = job.version + 1
    FROM unnest(ids, fences, forms, bodies) AS given (id, fence, form, body)
    WHERE job.id = given.id AND job.fence = given.fence AND job.state = 'active'
    RETURNING job.id
  )
  SELECT array_agg(id) INTO kept_ids FROM kept;
  IF kept_ids IS NOT NULL THEN
    PERFORM {schema}.changed(kept_ids, array_fill('active'::text, ARRAY[cardinality(kept_ids)]));
  END IF;
END
$$;
