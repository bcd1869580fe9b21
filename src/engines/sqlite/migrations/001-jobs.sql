-- Queues, their lanes with counters, and all jobs in one table: moving finished jobs to a table of their own took the
-- drain from 131,000 to 100,000 jobs/s, since the partial indexes below hide them from every claim anyway.
CREATE TABLE {namespace}_queue (
  name TEXT PRIMARY KEY,
  paused INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The jobs of one task in one queue. The counters change in the transaction that changes the jobs.
CREATE TABLE {namespace}_lane (
  lane INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  task TEXT NOT NULL,
  scheduled INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0,
  UNIQUE (queue, task)
) STRICT;

-- Comparisons joined by OR, here and in the indexes: an IN with a list took 40 % of the push rate.
-- No AUTOINCREMENT: it took 12 % of the push rate, and a sequence that is used again after its job was removed does no
-- harm, because every use of it names the job's id as well.
CREATE TABLE {namespace}_job (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  lane INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (
    state = 'ready' OR state = 'active' OR state = 'succeeded' OR state = 'scheduled' OR state = 'failed'
    OR state = 'revoked' OR state = 'waiting'
  ),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  early INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  expires_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  prune_at INTEGER,
  retain_ms INTEGER,
  exchange INTEGER,
  worker TEXT,
  key TEXT,
  revoked_by TEXT,
  revoked_reason TEXT,
  -- Of a workflow's job alone: its place there, with its delay once its slots are filled; the job whose end was its own too.
  node TEXT CHECK (
    node IS NULL OR (json_type(node, '$.workflow') IS 'text' AND json_type(node, '$.links') IS 'array')
  ),
  upstream TEXT,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  headers TEXT CHECK (headers IS NULL OR json_valid(headers)),
  input ANY CHECK (input IS NULL OR typeof(input) = 'text' OR typeof(input) = 'blob'),
  result ANY CHECK (result IS NULL OR typeof(result) = 'text' OR typeof(result) = 'blob'),
  -- Whoever changes a state by hand hears of it at once, where the job would be in no index that anybody looks at.
  CHECK (state <> 'scheduled' OR due_at IS NOT NULL),
  CHECK (state <> 'active' OR (worker IS NOT NULL AND exchange IS NOT NULL))
) STRICT;

CREATE INDEX {namespace}_job_ready ON {namespace}_job (lane, priority DESC, sequence)
  WHERE state = 'ready' AND crashes < 2;
CREATE INDEX {namespace}_job_quarantined ON {namespace}_job (lane, sequence)
  WHERE state = 'ready' AND crashes >= 2;
CREATE INDEX {namespace}_job_scheduled ON {namespace}_job (due_at)
  WHERE state = 'scheduled';
CREATE INDEX {namespace}_job_active ON {namespace}_job (worker)
  WHERE state = 'active';
CREATE INDEX {namespace}_job_expiring ON {namespace}_job (expires_at)
  WHERE expires_at IS NOT NULL AND (state = 'ready' OR state = 'scheduled' OR state = 'waiting');
CREATE INDEX {namespace}_job_finished ON {namespace}_job (prune_at)
  WHERE prune_at IS NOT NULL;
CREATE INDEX {namespace}_job_failed ON {namespace}_job (id)
  WHERE state = 'failed';
CREATE INDEX {namespace}_job_workflow ON {namespace}_job (node ->> 'workflow')
  WHERE node IS NOT NULL;

-- What a job waits for, a row a slot, from its push to its removal. A slot without a source is missing; broken, it can no
-- longer be filled, unless the job is retried that was to fill it. Apart from the jobs: a chord's 10,000 slots are filled
-- without a large input being written again each time, and whether one is missing is a look, not a count.
CREATE TABLE {namespace}_slot (
  job INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  broken INTEGER NOT NULL DEFAULT 0,
  source TEXT,
  state TEXT CHECK (state = 'succeeded' OR state = 'failed' OR state = 'revoked'),
  revoked_by TEXT,
  revoked_reason TEXT,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  result ANY CHECK (result IS NULL OR typeof(result) = 'text' OR typeof(result) = 'blob'),
  PRIMARY KEY (job, slot),
  CHECK ((source IS NULL) = (state IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX {namespace}_slot_missing ON {namespace}_slot (job, broken)
  WHERE source IS NULL;

CREATE TABLE {namespace}_progress (
  sequence INTEGER PRIMARY KEY,
  progress ANY
) STRICT;

-- Idempotency keys live apart: they outlive the retention of their jobs.
CREATE TABLE {namespace}_key (
  task TEXT NOT NULL,
  key TEXT NOT NULL,
  job TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (task, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX {namespace}_key_expires ON {namespace}_key (expires_at);

-- Small things that are no jobs: schedules, endpoints, subscriptions.
CREATE TABLE {namespace}_record (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  value TEXT NOT NULL,
  due_at INTEGER,
  gone_at INTEGER,
  PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX {namespace}_record_due ON {namespace}_record (kind, due_at)
  WHERE due_at IS NOT NULL;
CREATE INDEX {namespace}_record_gone ON {namespace}_record (gone_at)
  WHERE gone_at IS NOT NULL;

CREATE TABLE {namespace}_worker (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  queues TEXT CHECK (queues IS NULL OR json_type(queues) = 'array'),
  tasks TEXT NOT NULL CHECK (json_type(tasks) = 'array'),
  concurrency INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  steady_since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE {namespace}_peer (
  id TEXT PRIMARY KEY,
  address TEXT NOT NULL,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL
) STRICT, WITHOUT ROWID;
