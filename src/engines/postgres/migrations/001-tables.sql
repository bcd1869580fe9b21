-- Live and finished jobs apart, so that a claim never meets what is done and the hot table stays small.
-- Every text that is compared has the collation "C": ids and names are opaque, and their order must not depend on a locale.
CREATE TABLE {schema}.queue (
  name text COLLATE "C" PRIMARY KEY,
  paused boolean NOT NULL
);
CREATE INDEX queue_paused ON {schema}.queue (name) WHERE paused;

-- Tasks that were ever pushed, by numbers of their own, so that the ready jobs of one can be indexed whatever their queue.
CREATE TABLE {schema}.task (
  task integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

-- The jobs of one task in one queue. Rows are never removed, so processes may remember their numbers.
CREATE TABLE {schema}.lane (
  lane integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text COLLATE "C" NOT NULL,
  task text COLLATE "C" NOT NULL,
  UNIQUE (queue, task)
);
CREATE INDEX lane_task ON {schema}.lane (task);

-- How many jobs of a lane are in each state: the sum of `lane_count` and of what `tally` adds to it. A transaction only
-- inserts into `tally`, so that no two of them wait for one row; upkeep folds it into `lane_count`.
CREATE TABLE {schema}.lane_count (
  lane integer NOT NULL,
  state text COLLATE "C" NOT NULL,
  jobs bigint NOT NULL,
  PRIMARY KEY (lane, state)
) WITH (fillfactor = 50);

CREATE TABLE {schema}.tally (
  lane integer NOT NULL,
  was text COLLATE "C",
  became text COLLATE "C",
  jobs bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE VIEW {schema}.lane_state AS
  SELECT lane, state, sum(jobs)::bigint AS jobs
  FROM (
    SELECT lane, state, jobs FROM {schema}.lane_count
    UNION ALL SELECT lane, became, jobs FROM {schema}.tally WHERE became IS NOT NULL
    UNION ALL SELECT lane, was, -jobs FROM {schema}.tally WHERE was IS NOT NULL
  ) AS counted
  GROUP BY lane, state;

CREATE SEQUENCE {schema}.push_order;

-- `place` is (9 - priority) * 2^59 + the number in the order of pushes: one ascending number is the order of claims.
-- `form`: 0 is text, 1 text with U+0000 in it, which a text column cannot hold, 2 bytes.
CREATE TABLE {schema}.job (
  id text COLLATE "C" NOT NULL,
  place bigint NOT NULL,
  lane integer NOT NULL,
  task integer NOT NULL,
  version integer NOT NULL,
  fence integer NOT NULL,
  failures integer NOT NULL,
  crashes integer NOT NULL,
  priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 9),
  form smallint NOT NULL,
  progress_form smallint,
  early boolean NOT NULL,
  has_node boolean NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'scheduled', 'ready', 'active')),
  created_at bigint NOT NULL,
  due_at bigint,
  expires_at bigint,
  started_at bigint,
  exchange bigint,
  retain_ms bigint,
  worker text COLLATE "C",
  key text COLLATE "C",
  revoked_by text,
  revoked_reason text,
  error text,
  headers text,
  input bytea,
  progress bytea,
  PRIMARY KEY (id),
  CHECK (state <> 'scheduled' OR due_at IS NOT NULL),
  CHECK (state <> 'active' OR (worker IS NOT NULL AND exchange IS NOT NULL))
) WITH (
  -- Room for the version that a claim writes. Dead rows of the claims make the head of the ready index slow, so they are
  -- vacuumed by number, not by share, and without pauses.
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.2,
  autovacuum_vacuum_cost_delay = 0
);
-- Twice the ready jobs: a worker of all queues takes from a task's, whatever the number of queues; one of some queues, or
-- one whose task has jobs in a paused queue, takes from lanes, and meets no job of another.
CREATE INDEX job_ready ON {schema}.job (lane, place) WHERE state = 'ready' AND crashes < 2;
CREATE INDEX job_ready_task ON {schema}.job (task, place) WHERE state = 'ready' AND crashes < 2;
CREATE INDEX job_quarantined ON {schema}.job (lane, place) WHERE state = 'ready' AND crashes >= 2;
CREATE INDEX job_scheduled ON {schema}.job (due_at) WHERE state = 'scheduled';
-- Every active job has an exchange. It is asked for so that only those statements take this index that look for a worker's
-- jobs: statistics of a moment without active jobs make it look cheaper than a lookup by id, and the drain fell from
-- 50,000 to 3,000 jobs/s.
CREATE INDEX job_active ON {schema}.job (worker) WHERE state = 'active' AND exchange IS NOT NULL;
CREATE INDEX job_expiring ON {schema}.job (expires_at)
  WHERE expires_at IS NOT NULL AND (state = 'ready' OR state = 'scheduled' OR state = 'waiting');

-- By the day in which the job was made, which its id tells (UUIDv7): a lookup by id visits one partition, and a day
-- whose jobs are all past their retention goes by DROP. Ids of any other kind are in `finished_other`.
CREATE TABLE {schema}.finished (
  id text COLLATE "C" NOT NULL,
  place bigint NOT NULL,
  lane integer NOT NULL,
  version integer NOT NULL,
  fence integer NOT NULL,
  failures integer NOT NULL,
  crashes integer NOT NULL,
  priority smallint NOT NULL,
  form smallint NOT NULL,
  progress_form smallint,
  result_form smallint,
  early boolean NOT NULL,
  has_node boolean NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('succeeded', 'failed', 'revoked')),
  created_at bigint NOT NULL,
  due_at bigint,
  expires_at bigint,
  started_at bigint,
  finished_at bigint NOT NULL,
  prune_at bigint NOT NULL,
  worker text COLLATE "C",
  key text COLLATE "C",
  upstream text COLLATE "C",
  revoked_by text,
  revoked_reason text,
  error text,
  headers text,
  input bytea,
  progress bytea,
  result bytea,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX finished_order ON {schema}.finished (finished_at);
-- Kept for less than a day: these do not wait for their partition.
CREATE INDEX finished_short ON {schema}.finished (prune_at) WHERE prune_at - finished_at < 86400000;
CREATE INDEX finished_failed ON {schema}.finished (id) WHERE state = 'failed';
CREATE TABLE {schema}.finished_other PARTITION OF {schema}.finished DEFAULT;
CREATE INDEX finished_other_prune ON {schema}.finished_other (prune_at);

-- The places of jobs in workflows, live or finished: a job without one has no row here, and its own row says so. `body` is
-- the place as it was pushed, `awaited` says how many slots are still to be filled, `broken`, of a job that ended because of
-- another, how many never will be. `due_at` or `due_after` counts once the last slot is filled. Who changes what a job waits
-- for holds this row first, wherever the job's own is at that time.
CREATE TABLE {schema}.node (
  job text COLLATE "C" PRIMARY KEY,
  workflow text COLLATE "C" NOT NULL,
  body json NOT NULL,
  awaited integer NOT NULL,
  broken integer NOT NULL,
  due_at bigint,
  due_after bigint
) WITH (fillfactor = 80);
CREATE INDEX node_workflow ON {schema}.node (workflow, job);

-- What fills the slots of jobs that wait or have waited: a copy, since the job that it came from may go first.
CREATE TABLE {schema}.slot (
  job text COLLATE "C" NOT NULL REFERENCES {schema}.node ON DELETE CASCADE,
  slot integer NOT NULL,
  source text NOT NULL,
  state text NOT NULL,
  form smallint,
  result bytea,
  error text,
  revoked_by text,
  revoked_reason text,
  PRIMARY KEY (job, slot)
);

-- Idempotency keys live apart: they outlive the retention of their jobs.
CREATE TABLE {schema}.key (
  task text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  job text COLLATE "C" NOT NULL,
  input_hash text NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (task, key)
);
CREATE INDEX key_expires ON {schema}.key (expires_at);

-- What is no job: schedules, endpoints, subscriptions. Few and small.
CREATE TABLE {schema}.stored_record (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  due_at bigint,
  gone_at bigint,
  value text NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX stored_record_due ON {schema}.stored_record (kind, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX stored_record_gone ON {schema}.stored_record (gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE {schema}.worker (
  id text COLLATE "C" PRIMARY KEY,
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL,
  queues text[],
  tasks text[] NOT NULL,
  concurrency integer NOT NULL,
  started_at bigint NOT NULL
);

-- Apart from the descriptions, and narrow: it is written every few seconds by every worker.
CREATE TABLE {schema}.lease (
  worker text COLLATE "C" PRIMARY KEY,
  lease_ms bigint NOT NULL,
  lease_until bigint NOT NULL,
  steady_since bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- What follows are hints, which may be lost: unlogged, so that they cost no write to the log.
-- Who waits for jobs. A push takes as many rows as it has jobs, and tells their processes.
CREATE UNLOGGED TABLE {schema}.waiter (
  number bigint GENERATED ALWAYS AS IDENTITY,
  process text COLLATE "C" NOT NULL,
  waiter bigint NOT NULL,
  tasks text[] NOT NULL,
  queues text[],
  polls boolean NOT NULL,
  until bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX waiter_process ON {schema}.waiter (process, waiter);

-- Who listens to a topic. Without a row nobody is notified, since NOTIFY takes a lock of the whole server.
CREATE UNLOGGED TABLE {schema}.subscription (
  topic text COLLATE "C" NOT NULL,
  process text COLLATE "C" NOT NULL,
  polls boolean NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY (topic, process)
);

-- Messages that NOTIFY cannot carry, or that are polled for.
CREATE UNLOGGED TABLE {schema}.message (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text COLLATE "C" NOT NULL,
  form smallint NOT NULL,
  body bytea NOT NULL,
  sent_at bigint NOT NULL
);
