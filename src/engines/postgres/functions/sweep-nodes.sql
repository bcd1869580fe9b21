-- Removes the places in workflows of jobs that went with the partition of their day: looks at `most` rows behind `after`, of
-- those older than the oldest day that is left. Answers with the last id that it looked at, null at the end.
-- Primary key of `node`, from `after` on; those of `job` and `finished` for each row.
CREATE OR REPLACE FUNCTION {schema}.sweep_nodes(after text, most integer) RETURNS text LANGUAGE plpgsql {plan} AS $$
DECLARE
  oldest text := (
    SELECT min(right(child.relname, 8)) FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = '{schema}.finished'::regclass AND child.relname ~ '^finished_[0-9]{8}$'
  );
  looked text[];
BEGIN
  looked := ARRAY(
    SELECT node.job FROM {schema}.node
    WHERE node.job > after AND node.job < {schema}.day_bound(to_date(oldest, 'YYYYMMDD'))
    ORDER BY node.job LIMIT most
  );
  DELETE FROM {schema}.node
  WHERE node.job = ANY (looked) AND NOT EXISTS (SELECT FROM {schema}.job WHERE job.id = node.job)
    AND NOT EXISTS (SELECT FROM {schema}.finished WHERE finished.id = node.job);
  RETURN CASE WHEN cardinality(looked) = most THEN looked[most] END;
END
$$;
