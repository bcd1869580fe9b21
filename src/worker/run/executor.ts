import type { Engine } from "../../engine/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { formatDuration } from "../../kernel/duration.ts";
import { toErrorRecord } from "../../kernel/error-record.ts";
import {
  JobRevoked,
  LeaseLost,
  type LovageError,
  SoftTimeLimitExceeded,
  TimeLimitExceeded,
  WorkerStopped,
} from "../../kernel/errors.ts";
import type { ClaimedJob, Outcome, Settlement } from "../../kernel/job.ts";
import { decodeJson } from "../../kernel/json.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { Settings } from "../../kernel/options/index.ts";
import { replacementOf } from "../../tasks/index.ts";
import { Attempt, type RunnableTask } from "./attempt.ts";
import { Completer } from "./completer.ts";
import { AttemptContext, type ContextSource } from "./context.ts";
import type { FailureReport } from "./failure-report.ts";
import { prepareInput } from "./input.ts";
import { attemptFields, logAttempt } from "./job-log.ts";
import { isMapped, runEach } from "./map.ts";
import type { ProgressReporter } from "./progress.ts";
import { runWithin } from "./run-context.ts";
import type { RunMetrics } from "./run-metrics.ts";
import { Seat } from "./seat.ts";
import type { Slots } from "./slots.ts";
import { TimeLimits } from "./time-limits.ts";
import { byError, byFinalError, type Court, type HandlerEnding, judge, revoked, type Verdict } from "./verdict.ts";

// A handler that listens to its signal ends in milliseconds; one that does not shall not keep a revoked job running.
const REVOCATION_PATIENCE_MS = 5_000;
// A job of a task that this worker never asked for: some other worker will know it.
const UNKNOWN_TASK_WAIT_MS = 60_000;
const NO_EFFECTS: Settlement["effects"] = [];

/** What an executor works with. */
export interface ExecutorParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly tasks: ReadonlyMap<string, RunnableTask>;
  readonly metrics: RunMetrics;
  readonly progress: ProgressReporter;
  readonly slots: Slots;
  readonly failures: FailureReport;
  /** Is handed what became of each job, once. */
  readonly settle: (settlement: Settlement) => void;
  /** Hears of each job that its handler's own transaction has settled. */
  readonly onCommitted: (outcome: Outcome) => void;
  /** Hears of the end of each attempt and of how long it took. */
  readonly onEnd: (attempt: Attempt, runMs: number) => void;
  /** Hears which running attempt is to be given up first. */
  readonly onNextLimit: (attempt: Attempt | undefined) => void;
}

/** Runs claimed jobs: find the task, prepare the input, run the handler, decide the outcome, settle. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #limits: TimeLimits;
  readonly #contextSource: ContextSource;
  readonly #running = new Set<Attempt>();
  readonly #left = new Set<Attempt>();

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
    this.#limits = new TimeLimits(parts.clock, {
      onSoftLimit: (attempt) => attempt.abort(softLimit(attempt)),
      onGiveUp: (attempt) => this.#giveUp(attempt),
      onNext: parts.onNextLimit,
    });
    this.#contextSource = {
      engine: parts.engine,
      maxDelayMs: parts.settings.maxDelayMs,
      report: (attempt, value) => parts.progress.report(attempt, value),
      completer: this.#makeCompleter(),
    };
  }

  /** The attempts that have not ended, those that wait for other jobs included. */
  get running(): ReadonlySet<Attempt> {
    return this.#running;
  }

  /** Handlers whose attempt was given up, and that still run. */
  get leftRunning(): number {
    return this.#left.size;
  }

  /** Starts a job. Whatever its handler does, nothing is thrown here. */
  start(job: ClaimedJob): void {
    const task = this.#parts.tasks.get(job.task);
    if (task === undefined) this.#putBack(job);
    else this.#begin(job, task);
  }

  /** A caller asked for the end of this job: its signal aborts, and it ends as revoked unless it succeeds soon. */
  revoke(attempt: Attempt, reason: string): void {
    if (attempt.ended || attempt.revocation !== undefined || attempt.completion?.isCommitted) return;
    attempt.revocation = reason;
    this.#limits.bringForward(attempt, this.#parts.clock.monotonic() + REVOCATION_PATIENCE_MS);
    attempt.abort(new JobRevoked(`Job ${attempt.job.id} was revoked: ${reason}`, { details: attemptFields(attempt) }));
  }

  /** The job is no longer this worker's: whatever its handler does, nothing of it is recorded. */
  lose(attempt: Attempt): void {
    const { completion } = attempt;
    // An engine that no longer counts it as running may have seen the commit before this worker did.
    if (attempt.ended || completion?.isOpen || completion?.isCommitted) return;
    const message = `Job ${attempt.job.id} was given to another worker, because this one's lease had lapsed.`;
    this.#leave(attempt);
    attempt.abort(new LeaseLost(message, { details: attemptFields(attempt) }));
    logAttempt(attempt, "warn", "job lost: the worker's lease had lapsed");
  }

  /** Gives every job back, without waiting for handlers. One that must not run twice fails instead. */
  releaseAll(): void {
    for (const attempt of [...this.#running]) {
      const reason = new WorkerStopped("The worker stops before the handler is done; the job is given back.");
      this.#leaveBehind(attempt, reason, () => this.#verdictAtStop(attempt, reason));
    }
  }

  #begin(job: ClaimedJob, task: RunnableTask): void {
    const attempt = new Attempt(
      job,
      task,
      this.#parts.logger,
      this.#parts.clock.monotonic(),
      new Seat(this.#parts.slots),
    );
    this.#running.add(attempt);
    this.#limits.add(attempt);
    task.series.started.add();
    if (job.failures === 0) task.series.waitSeconds.observe(waitSeconds(job, this.#parts.clock.now()));
    void this.#run(attempt);
  }

  #makeCompleter(): Completer {
    const { engine, clock, settings } = this.#parts;
    return new Completer({
      ...{ jobs: engine.jobs, engineKind: engine.kind, clock, resultLimitBytes: settings.resultLimitBytes },
      onCommitted: (attempt, outcome) => this.#noteCommitted(attempt, outcome),
      onLost: (attempt) => this.lose(attempt),
    });
  }

  async #run(attempt: Attempt): Promise<void> {
    const ending = await this.#handle(attempt);
    // A handler need not wait for its transaction; what becomes of the job does.
    if (attempt.completion?.isOpen) await attempt.completion.over;
    this.#conclude(attempt, ending);
  }

  async #handle(attempt: Attempt): Promise<HandlerEnding> {
    try {
      const { job, task } = attempt;
      const replacement = replacementOf(job);
      if (replacement !== undefined) return { kind: "returned", value: decodeJson(replacement.result) };
      if (isMapped(job)) return { kind: "returned", value: await this.#runEach(attempt) };
      const prepared = prepareInput(attempt);
      const input = prepared instanceof Promise ? await prepared : prepared;
      // A schema that asks a database may take longer than the limits allow.
      if (attempt.ended) return { kind: "returned", value: undefined };
      const context = new AttemptContext(attempt, this.#contextSource);
      return { kind: "returned", value: await runWithin(attempt, task.run, input, context) };
    } catch (error) {
      return { kind: "threw", error };
    }
  }

  #runEach(attempt: Attempt): Promise<unknown> {
    const context = new AttemptContext(attempt, this.#contextSource);
    return runEach(attempt, (input) => runWithin(attempt, attempt.task.run, input, context));
  }

  #conclude(attempt: Attempt, ending: HandlerEnding): void {
    if (attempt.ended) this.#sayEnded(attempt);
    else if (attempt.completion?.isCommitted) this.#endCommitted(attempt, ending);
    else this.#settle(attempt, this.#judge(attempt, ending));
  }

  #judge(attempt: Attempt, ending: HandlerEnding): Verdict {
    try {
      return judge(attempt, ending, this.#court());
    } catch (error) {
      // A revoked proxy, or a retryAfter that throws: whatever it is that was thrown, the job must come to an end.
      return byError(attempt, unreadable(error), this.#court());
    }
  }

  #giveUp(attempt: Attempt): void {
    this.#leaveBehind(attempt, hardLimit(attempt), () => this.#verdictAtLimit(attempt));
  }

  /** Goes on without waiting for the handler. */
  #leaveBehind(attempt: Attempt, reason: LovageError, verdict: () => Verdict): void {
    if (attempt.completion?.isCommitted) this.#end(attempt, undefined);
    else {
      attempt.completion?.giveUp();
      this.#settle(attempt, verdict());
    }
    this.#left.add(attempt);
    this.#countLeft();
    attempt.abort(reason);
  }

  #noteCommitted(attempt: Attempt, outcome: Outcome): void {
    // Given up while its commit was under way: the settlement that was sent instead is refused, by its fence.
    if (attempt.ended) return;
    attempt.task.series.finished[outcome.kind].add();
    this.#parts.onCommitted(outcome);
  }

  /** The job has succeeded already, and nothing that its handler did afterwards may run it again. */
  #endCommitted(attempt: Attempt, ending: HandlerEnding): void {
    this.#end(attempt, undefined);
    if (ending.kind === "returned") return;
    const { name, message, stack } = toErrorRecord(ending.error);
    logAttempt(attempt, "error", "the handler failed after its transaction was committed; the job has succeeded", {
      error: `${name}: ${message}`,
      stack,
    });
  }

  #verdictAtLimit(attempt: Attempt): Verdict {
    const error = hardLimit(attempt);
    if (attempt.decision !== undefined) return judge(attempt, { kind: "threw", error }, this.#court());
    if (attempt.revocation !== undefined) return revoked(attempt, "caller", attempt.revocation);
    return byError(attempt, error, this.#court());
  }

  #verdictAtStop(attempt: Attempt, error: LovageError): Verdict {
    if (attempt.decision !== undefined) return judge(attempt, { kind: "threw", error }, this.#court());
    if (attempt.revocation !== undefined) return revoked(attempt, "caller", attempt.revocation);
    if (attempt.job.ack === "early") return byFinalError(attempt, error);
    return { outcome: { kind: "released" }, jobs: [], failure: undefined };
  }

  #settle(attempt: Attempt, { outcome, jobs, failure }: Verdict): void {
    this.#end(attempt, outcome);
    if (failure !== undefined) {
      attempt.task.series.failures.add();
      this.#parts.failures.tell(attempt, failure, outcome);
    }
    const { id, fence, receipt } = attempt.job;
    const effects = jobs.length === 0 ? NO_EFFECTS : jobs.map((job) => ({ kind: "push", job }) as const);
    this.#parts.settle({ id, fence, receipt, outcome, effects });
  }

  #end(attempt: Attempt, outcome: Outcome | undefined): void {
    attempt.ended = true;
    this.#running.delete(attempt);
    attempt.seat.end();
    this.#limits.remove(attempt);
    const runMs = this.#parts.clock.monotonic() - attempt.startedMs;
    attempt.task.series.runSeconds.observe(runMs / 1_000);
    if (outcome !== undefined) attempt.task.series.finished[outcome.kind].add();
    this.#parts.onEnd(attempt, runMs);
  }

  #leave(attempt: Attempt): void {
    this.#end(attempt, undefined);
    this.#left.add(attempt);
    this.#countLeft();
  }

  /** A handler that was left running has come to its end. */
  #sayEnded(attempt: Attempt): void {
    this.#left.delete(attempt);
    this.#countLeft();
    const took = formatDuration(this.#parts.clock.monotonic() - attempt.startedMs);
    logAttempt(attempt, "info", `a handler ended after its attempt was given up`, { took });
  }

  #putBack(job: ClaimedJob): void {
    const { id, fence, receipt, task } = job;
    this.#parts.logger.log("error", "the engine gave a job of a task that this worker does not know", { id, task });
    const outcome: Outcome = { kind: "snoozed", due: { afterMs: UNKNOWN_TASK_WAIT_MS } };
    this.#parts.settle({ id, fence, receipt, outcome, effects: NO_EFFECTS });
  }

  #court(): Court {
    const { clock, settings } = this.#parts;
    return { nowMs: clock.now(), resultLimitBytes: settings.resultLimitBytes, random: Math.random };
  }

  #countLeft(): void {
    this.#parts.metrics.leftRunning.set(this.#left.size);
  }
}

function unreadable(error: unknown): Error {
  const { message } = toErrorRecord(error);
  return new Error(`The handler threw something that cannot be looked at: ${message}`);
}

function waitSeconds(job: ClaimedJob, nowMs: number): number {
  // The engine's clock and this process's may differ.
  return Math.max(0, nowMs - job.createdAt) / 1_000;
}

function softLimit({ job, task }: Attempt): SoftTimeLimitExceeded {
  const limitMs = task.settings.softLimitMs ?? 0;
  return new SoftTimeLimitExceeded(
    `Job ${job.id} of task "${job.task}" reached its soft time limit of ${formatDuration(limitMs)}: end in order, or raise timeLimit.soft.`,
    { details: { limitMs } },
  );
}

function hardLimit({ job, task }: Attempt): TimeLimitExceeded {
  const limitMs = task.settings.hardLimitMs;
  return new TimeLimitExceeded(
    `Job ${job.id} of task "${job.task}" reached its hard time limit of ${formatDuration(limitMs)} and was given up: listen to ctx.signal, or raise timeLimit.hard.`,
    { details: { limitMs } },
  );
}
