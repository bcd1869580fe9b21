import type { ClaimedJob } from "../../kernel/job.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { RegisteredTask } from "../../tasks/index.ts";
import type { Completion } from "./completion.ts";
import type { Decision } from "./decision.ts";
import type { TaskSeries } from "./run-metrics.ts";
import type { Seat } from "./seat.ts";

/** A task as its attempts need it, looked up once. */
export interface RunnableTask extends RegisteredTask {
  readonly run: NonNullable<RegisteredTask["run"]>;
  readonly series: TaskSeries;
}

/** One run of one job. Instants are of the clock's `monotonic()`, in milliseconds. */
export class Attempt {
  readonly job: ClaimedJob;
  readonly task: RunnableTask;
  /** Of the worker that runs it. */
  readonly logger: Logger;
  readonly startedMs: number;
  readonly hardLimitAtMs: number;
  /** When it is given up; earlier than the hard limit once a caller has asked it to stop. */
  giveUpAtMs: number;
  /** Absent: no soft limit, or it has passed. */
  softLimitAtMs: number | undefined;
  /** Settled, or no longer this worker's; its handler may still run. */
  ended = false;
  /** The first of the handler's decisions. */
  decision: Decision | undefined;
  /** The transaction by which the handler ends the job; absent until it asks for one. */
  completion: Completion | undefined;
  /** After this error trying again would not help. */
  finalError: unknown;
  /** The reason given by the caller who asked this job to end. */
  revocation: string | undefined;
  readonly seat: Seat;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(job: ClaimedJob, task: RunnableTask, logger: Logger, startedMs: number, seat: Seat) {
    const { softLimitMs, hardLimitMs } = task.settings;
    this.job = job;
    this.task = task;
    this.logger = logger;
    this.startedMs = startedMs;
    this.seat = seat;
    this.hardLimitAtMs = startedMs + hardLimitMs;
    this.giveUpAtMs = this.hardLimitAtMs;
    this.softLimitAtMs = softLimitMs === undefined ? undefined : startedMs + softLimitMs;
  }

  /** From 1; raised by failures only. */
  get number(): number {
    return this.job.failures + 1;
  }

  /** Made when a handler first asks for it: most never do, and a controller costs more than the rest of an attempt. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** Why the signal aborted; absent while it has not. */
  get abortReason(): Error | undefined {
    return this.#aborted;
  }

  /** The first reason stays. */
  abort(reason: Error): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}
