-- This process listens to a topic. Answers with the last row of `message`: what is after it is news. Primary key.
INSERT INTO {schema}.subscription (topic, process, polls, until) VALUES ($1, $2, $3, {schema}.now_ms() + $4)
ON CONFLICT (topic, process) DO UPDATE SET polls = excluded.polls, until = excluded.until
RETURNING (SELECT coalesce(max(sequence), 0) FROM {schema}.message)
