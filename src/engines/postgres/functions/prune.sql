-- Removes finished jobs that were to be kept for less than a day and whose time has passed, then the first to finish of
-- those over `most_finished`, together at most so many; lapsed keys of jobs that have finished, and lapsed records. Jobs that
-- are kept for longer go with their partition (`drop_days`).
-- Indexes `finished_short`, `finished_other_prune`, `finished_order`, `key_expires` and `stored_record_gone`; counted by
-- `lane_state`.
CREATE OR REPLACE FUNCTION {schema}.prune(most integer, most_finished bigint) RETURNS bigint LANGUAGE plpgsql {plan} AS $$
DECLARE
  now_ms bigint := {schema}.now_ms();
  pruned bigint;
  excess bigint;
BEGIN
  pruned := {schema}.discard_finished(ARRAY(
    SELECT id FROM {schema}.finished WHERE prune_at - finished_at < 86400000 AND prune_at <= now_ms
    ORDER BY prune_at LIMIT most FOR UPDATE SKIP LOCKED
  ));
  IF pruned < most THEN
    pruned := pruned + {schema}.discard_finished(ARRAY(
      SELECT id FROM {schema}.finished_other WHERE prune_at <= now_ms
      ORDER BY prune_at LIMIT most - pruned FOR UPDATE SKIP LOCKED
    ));
  END IF;
  -- Two at once would both count the same excess.
  IF pruned < most AND pg_try_advisory_xact_lock(hashtextextended('{schema}:prune', 0)) THEN
    SELECT coalesce(sum(jobs), 0) - most_finished INTO excess
    FROM {schema}.lane_state WHERE state IN ('succeeded', 'failed', 'revoked');
    IF excess > 0 THEN
      pruned := pruned + {schema}.discard_finished(ARRAY(
        SELECT id FROM {schema}.finished ORDER BY finished_at LIMIT least(most - pruned, excess) FOR UPDATE SKIP LOCKED
      ));
    END IF;
  END IF;
  DELETE FROM {schema}.key WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {schema}.key
    WHERE expires_at <= now_ms AND NOT EXISTS (SELECT FROM {schema}.job WHERE job.id = key.job)
    ORDER BY expires_at LIMIT most FOR UPDATE SKIP LOCKED
  ));
  DELETE FROM {schema}.stored_record WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {schema}.stored_record WHERE gone_at <= now_ms
    ORDER BY gone_at LIMIT most FOR UPDATE SKIP LOCKED
  ));
  DELETE FROM {schema}.message WHERE sequence IN (
    SELECT sequence FROM {schema}.message WHERE sent_at < now_ms - 60000 ORDER BY sequence LIMIT most
  );
  RETURN pruned;
END
$$;
