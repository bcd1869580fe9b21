-- One walk over all jobs. How many lanes count other jobs than there are.
SELECT count(*)
FROM {namespace}_lane AS l LEFT JOIN (
  SELECT lane, sum(state = 'scheduled') AS scheduled, sum(state = 'ready') AS ready, sum(state = 'active') AS active,
    sum(state = 'waiting') AS waiting, sum(state = 'succeeded') AS succeeded, sum(state = 'failed') AS failed,
    sum(state = 'revoked') AS revoked
  FROM {namespace}_job GROUP BY lane
) AS c ON c.lane = l.lane
WHERE (l.scheduled, l.ready, l.active, l.waiting, l.succeeded, l.failed, l.revoked) IS NOT
  (coalesce(c.scheduled, 0), coalesce(c.ready, 0), coalesce(c.active, 0), coalesce(c.waiting, 0),
    coalesce(c.succeeded, 0), coalesce(c.failed, 0), coalesce(c.revoked, 0));
