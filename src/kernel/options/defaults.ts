/** One default: what a user may write, and why it is this. The reference documentation is made from this table. */
export interface Default {
  readonly value: string | number | boolean;
  readonly reason: string;
}

const entry = (value: Default["value"], reason: string): Default => ({ value, reason });

/** Every default of Lovage, by the path of its option. */
export const defaults = {
  url: entry("sqlite:lovage.db", "works on a fresh machine; `LOVAGE_URL` comes before it"),
  namespace: entry("lovage", "one app a store; name it where several share one"),
  pushTimeout: entry("10s", "longer than any healthy commit, shorter than a web request's patience"),
  inputLimit: entry(65_536, "bytes; an input names data, it does not carry it"),
  resultLimit: entry(1_048_576, "bytes; a result is read by a caller, a report belongs in a store"),
  progressLimit: entry(65_536, "bytes; progress is written often"),
  maxDelay: entry("3650d", "an eta further off is a mistake in units, or a date meant as 'never'"),

  "task.queue": entry("default", "one queue until there is a reason for two"),
  "task.priority": entry(5, "the middle of 0 to 9 leaves room on both sides"),
  "task.ack": entry("late", "a job whose worker dies runs again; `early` gives that up"),
  "task.result": entry("keep", "a caller can always ask; `discard` where only the side effect counts"),
  "task.keyTtl": entry("24h", "longer than any client keeps repeating a request"),
  "task.retry.max": entry(3, "rides out a restart of whatever the task calls"),
  "task.retry.backoff": entry("1s", "doubling: 1, 2, 4 s"),
  "task.retry.backoffMax": entry("10m", "an outage of hours is met by six tries an hour"),
  "task.retry.jitter": entry("full", "jobs that failed together do not come back together"),
  "task.timeLimit.hard": entry("5m", "nothing may hold a slot for ever; raise it for long work"),

  "retention.succeeded": entry("24h", "time to fetch a result"),
  "retention.failed": entry("7d", "a failure of Friday night can be looked at on Monday, and retried"),
  "retention.revoked": entry("24h", "time to see why"),
  "retention.max": entry(250_000, "finished jobs; about 100 MB in SQLite at 100-byte inputs"),

  "worker.concurrency": entry(10, "tasks mostly wait; CPU-bound ones want as many as there are cores"),
  "worker.lease": entry("15s", "a killed worker's jobs run elsewhere in under 20 s"),
  "worker.poll": entry("1s", "the bound on a start when every wake-up was lost"),
  "worker.grace": entry("25s", "below the 30 s after which process managers kill"),
  "worker.lagWarning": entry("1s", "a loop blocked for so long delays every other job of the process"),
} as const satisfies Readonly<Record<string, Default>>;

export type DefaultPath = keyof typeof defaults;
