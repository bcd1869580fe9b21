import type { Duration } from "../duration.ts";
import { defaults } from "./defaults.ts";
import { type OptionReader, show } from "./reader.ts";

/** How a worker process works. */
export interface WorkerOptions {
  /** Begins the worker's id, for people who look at lists of workers. Default: the host's name. */
  readonly name?: string;
  /** Jobs that run at once. Default 10. */
  readonly concurrency?: number;
  /** Takes jobs of these queues only. Default: every queue. */
  readonly queues?: readonly string[];
  /** A worker that is not heard of for so long is lost, and its jobs run elsewhere. Default `"15s"`. */
  readonly lease?: Duration;
  /** Looks for jobs at least so often, should every wake-up be lost. Default `"1s"`. */
  readonly poll?: Duration;
  /** At a warm shutdown, running jobs may take so long; then they are aborted and released. Default `"25s"`. */
  readonly grace?: Duration;
  /** Warns, with the names of the running tasks, when the event loop was blocked for so long. Default `"1s"`. */
  readonly lagWarning?: Duration;
  /** Stops after so many jobs, to be replaced by a fresh process. Default: never. */
  readonly maxJobs?: number;
  /** Stops once the process holds so many bytes, to be replaced by a fresh process. Default: never. */
  readonly maxMemoryBytes?: number;
}

/** `WorkerOptions` after defaults and validation. */
export interface WorkerSettings {
  readonly name: string | undefined;
  readonly concurrency: number;
  readonly queues: readonly string[] | undefined;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly graceMs: number;
  readonly lagWarningMs: number;
  readonly maxJobs: number | undefined;
  readonly maxMemoryBytes: number | undefined;
}

const workerOptionKeys: readonly (keyof WorkerOptions)[] = [
  "name",
  "concurrency",
  "queues",
  "lease",
  "poll",
  "grace",
  "lagWarning",
  "maxJobs",
  "maxMemoryBytes",
];

/** Reads a worker's options; `path` begins the names in mistakes (`""` or `worker.`). */
export function readWorkerOptions(
  reader: OptionReader,
  path: string,
  options: WorkerOptions | undefined,
): WorkerSettings {
  const given = reader.knownKeys(path.replace(/\.$/, ""), options, workerOptionKeys);
  const leaseMs = reader.durationMs(`${path}lease`, given.lease, defaults["worker.lease"].value);
  if (leaseMs < 300) reader.mistake(`${path}lease is ${leaseMs} ms: below 300 ms a busy machine looks like a dead one`);
  return {
    name: given.name === undefined ? undefined : reader.name(`${path}name`, given.name, "worker"),
    concurrency: reader.integer(`${path}concurrency`, given.concurrency, defaults["worker.concurrency"].value, {
      min: 1,
      max: 100_000,
    }),
    queues: readQueues(reader, `${path}queues`, given.queues),
    leaseMs,
    pollMs: Math.max(10, reader.durationMs(`${path}poll`, given.poll, defaults["worker.poll"].value)),
    graceMs: reader.durationMs(`${path}grace`, given.grace, defaults["worker.grace"].value),
    lagWarningMs: reader.durationMs(`${path}lagWarning`, given.lagWarning, defaults["worker.lagWarning"].value),
    maxJobs: reader.optionalInteger(`${path}maxJobs`, given.maxJobs, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    maxMemoryBytes: reader.optionalInteger(`${path}maxMemoryBytes`, given.maxMemoryBytes, {
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
  };
}

function readQueues(
  reader: OptionReader,
  path: string,
  queues: readonly string[] | undefined,
): readonly string[] | undefined {
  if (queues === undefined) return undefined;
  if (!Array.isArray(queues)) {
    reader.mistake(`${path} is ${show(queues)}, not a list: write ["mail", "default"]`);
    return undefined;
  }
  if (queues.length === 0) reader.mistake(`${path} is empty: leave it out to take jobs of every queue`);
  return queues.map((queue, index) => reader.name(`${path}[${index}]`, queue, "default"));
}
