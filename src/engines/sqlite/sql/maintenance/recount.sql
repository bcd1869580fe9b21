-- One walk over all jobs, then each lane that counts others than there are by primary key.
WITH counted AS (
  SELECT l.lane AS lane, coalesce(c.scheduled, 0) AS scheduled, coalesce(c.ready, 0) AS ready,
    coalesce(c.active, 0) AS active, coalesce(c.waiting, 0) AS waiting, coalesce(c.succeeded, 0) AS succeeded,
    coalesce(c.failed, 0) AS failed, coalesce(c.revoked, 0) AS revoked
  FROM {namespace}_lane AS l LEFT JOIN (
    SELECT lane, sum(state = 'scheduled') AS scheduled, sum(state = 'ready') AS ready, sum(state = 'active') AS active,
      sum(state = 'waiting') AS waiting, sum(state = 'succeeded') AS succeeded, sum(state = 'failed') AS failed,
      sum(state = 'revoked') AS revoked
    FROM {namespace}_job GROUP BY lane
  ) AS c ON c.lane = l.lane
)
UPDATE {namespace}_lane AS l
SET scheduled = c.scheduled, ready = c.ready, active = c.active, waiting = c.waiting, succeeded = c.succeeded,
  failed = c.failed, revoked = c.revoked
FROM counted AS c
WHERE c.lane = l.lane AND (l.scheduled, l.ready, l.active, l.waiting, l.succeeded, l.failed, l.revoked) IS NOT
  (c.scheduled, c.ready, c.active, c.waiting, c.succeeded, c.failed, c.revoked);
