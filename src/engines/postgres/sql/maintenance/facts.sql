-- What a health check wants to know. Jobs without a lane are counted by a scan of `job`, up to a thousand.
SELECT
  current_setting('server_version'),
  (SELECT value FROM {schema}.meta WHERE name = 'schema_version'),
  current_setting('fsync'),
  current_setting('synchronous_commit'),
  (SELECT extract(epoch FROM max(now() - xact_start)) / 60 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'),
  (SELECT count(*) FROM pg_inherits WHERE inhparent = '{schema}.finished'::regclass) - 1,
  to_regclass('{schema}.finished_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NOT NULL,
  (SELECT count(*) FROM (
    SELECT FROM {schema}.job WHERE NOT EXISTS (SELECT FROM {schema}.lane WHERE lane.lane = job.lane) LIMIT 1000
  ) AS stray)
