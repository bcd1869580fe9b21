/** One default: what a user may write, and why it is this. The reference documentation is made from this table. */
export interface Default {
  readonly value: string | number | boolean;
  readonly reason: string;
}

/** Every default of Lovage, by the path of its option. */
export const defaults = {
  url: { value: "sqlite:lovage.db", reason: "works on a fresh machine; `LOVAGE_URL` comes before it" },
  namespace: { value: "lovage", reason: "one app a store; name it where several share one" },
  pushTimeout: { value: "10s", reason: "longer than any healthy commit, shorter than a web request's patience" },
  inputLimit: { value: "64kb", reason: "an input names data, it does not carry it" },
  resultLimit: { value: "1mb", reason: "a result is read by a caller, a report belongs in a store" },

  "task.queue": { value: "default", reason: "one queue until there is a reason for two" },
  "task.priority": { value: 5, reason: "the middle of 0 to 9 leaves room on both sides" },
  "task.ack": { value: "late", reason: "a job whose worker dies runs again; `early` gives that up" },
  "task.result": { value: "keep", reason: "a caller can always ask; `discard` where only the side effect counts" },
  "task.keyTtl": { value: "24h", reason: "longer than any client keeps repeating a request" },
  "task.retry.max": { value: 3, reason: "rides out a restart of whatever the task calls" },
  "task.retry.backoff": { value: "1s", reason: "doubling: 1, 2, 4 s" },
  "task.retry.backoffMax": { value: "10m", reason: "an outage of hours is met by six tries an hour" },
  "task.retry.jitter": { value: "full", reason: "jobs that failed together do not come back together" },
  "task.timeLimit.hard": { value: "5m", reason: "nothing may hold a slot for ever; raise it for long work" },

  "retention.succeeded": { value: "24h", reason: "time to fetch a result" },
  "retention.failed": { value: "7d", reason: "a failure of Friday night can be looked at on Monday, and retried" },
  "retention.revoked": { value: "24h", reason: "time to see why" },
  "retention.max": { value: 250_000, reason: "finished jobs; about 100 MB in SQLite at 100-byte inputs" },

  "schedule.timeZone": { value: "UTC", reason: "the same on every machine; a place's own time is named" },
  "schedule.dayRule": {
    value: "either",
    reason: "cron's own: where day of month and day of week are both restricted, one of them is enough",
  },
  "schedule.missed": {
    value: "once",
    reason: "a backup that nobody was there for is made once somebody is, and not seven times",
  },
  "schedule.overlap": { value: "allow", reason: "a job that hangs does not silence its schedule" },
  "schedule.jitter": { value: "0s", reason: "on time, unless many schedules hit one thing at once" },

  "worker.concurrency": { value: 10, reason: "tasks mostly wait; CPU-bound ones want as many as there are cores" },
  "worker.lease": { value: "15s", reason: "a killed worker's jobs run elsewhere in under 20 s" },
  "worker.poll": { value: "1s", reason: "the bound on a start when every wake-up was lost" },
  "worker.grace": { value: "25s", reason: "below the 30 s after which process managers kill" },
  "worker.lagWarning": { value: "1s", reason: "a loop blocked for so long delays every other job of the process" },
} as const;

/** What an environment variable says where it is not set. */
export const environmentDefaults = {
  LOVAGE_LOG: { value: "human", reason: "whoever starts a worker reads its log first; the other is `json`" },
} as const;

/** Bounds that are the same for everyone: no option changes them. */
export const fixedLimits = {
  "ctx.progress": { value: "64kb", reason: "progress is written often" },
  "countdown, eta": {
    value: "3650d",
    reason: "one further off is a mistake in units, or a date meant as 'never'",
  },
  "jobs of a workflow": {
    value: 10_000,
    reason: "each of them is a row, and a failure may end all of them in one step",
  },
  "signatures within signatures, levels": {
    value: 500,
    reason: "they are read by recursion, which 1,000 groups in groups would bring near the end of the stack",
  },
  "handlers of a worker that wait for jobs without a slot": {
    value: 1_000,
    reason: "one that waits holds memory, though no slot",
  },
  "schedule.every, at least": {
    value: "1s",
    reason: "an occurrence is a durable write; what is wanted more often is a loop",
  },
  "schedule.missed, on time until": {
    value: "60s",
    reason: "a deploy that restarts every worker makes nobody miss anything",
  },
  "schedule.missed: all, at most": {
    value: 1_000,
    reason: "the latest ones; a year of a schedule of seconds is 31 million",
  },
  "schedule, kept once it is over": { value: "7d", reason: "one made at run time: time to see that it happened" },
} as const;
