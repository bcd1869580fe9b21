import type { Engine } from "../../engine/index.ts";
import { type Duration, parseDuration } from "../../kernel/duration.ts";
import { CapabilityMissing, OptionsInvalid } from "../../kernel/errors.ts";
import { newIdBeside } from "../../kernel/id.ts";
import type { NewJob, When } from "../../kernel/job.ts";
import type { Json } from "../../kernel/json.ts";
import {
  type Composition,
  type Context,
  compositionOf,
  planWorkflow,
  type RetryRequest,
  sourceOf,
  type TaskLog,
} from "../../tasks/index.ts";
import type { Attempt } from "./attempt.ts";
import type { Completer } from "./completer.ts";
import { AttemptEnded, type Decision } from "./decision.ts";
import { attemptFields, logAttempt } from "./job-log.ts";
import { isMapped } from "./map.ts";

// A reason is for reading, and kept with the job. The work is done by then, so a longer one is cut and not refused.
const MAX_REASON = 8_000;

/** What the contexts of a worker share. */
export interface ContextSource {
  readonly engine: Engine;
  readonly maxDelayMs: number;
  readonly report: (attempt: Attempt, value: Json) => void;
  readonly completer: Completer;
}

/**
 * The context of one attempt. Methods are made when they are read, so that `const { progress, retry } = ctx` works and
 * a handler that uses none costs none.
 */
export class AttemptContext implements Context {
  readonly #attempt: Attempt;
  readonly #source: ContextSource;

  constructor(attempt: Attempt, source: ContextSource) {
    this.#attempt = attempt;
    this.#source = source;
  }

  get id(): string {
    return this.#attempt.job.id;
  }

  get task(): string {
    return this.#attempt.job.task;
  }

  get queue(): string {
    return this.#attempt.job.queue;
  }

  get attempt(): number {
    return this.#attempt.number;
  }

  get fence(): number {
    return this.#attempt.job.fence;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#attempt.job.headers ?? {};
  }

  get createdAt(): Date {
    return new Date(this.#attempt.job.createdAt);
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get log(): TaskLog {
    const attempt = this.#attempt;
    return {
      debug: (message, fields) => logAttempt(attempt, "debug", message, fields),
      info: (message, fields) => logAttempt(attempt, "info", message, fields),
      warn: (message, fields) => logAttempt(attempt, "warn", message, fields),
      error: (message, fields) => logAttempt(attempt, "error", message, fields),
    };
  }

  get progress(): (value: Json) => void {
    return (value) => this.#source.report(this.#attempt, value);
  }

  get transaction(): Context["transaction"] {
    return async (body) => {
      this.#requireWhole("transaction");
      return this.#source.completer.complete(this.#attempt, body);
    };
  }

  get retry(): (request?: RetryRequest) => never {
    return (request = {}) => {
      const due = request.countdown === undefined ? undefined : this.#readDelay("retry", request.countdown);
      return this.#end({ kind: "retry", due, cause: request.cause });
    };
  }

  get snooze(): (countdown: Duration) => never {
    return (countdown) => this.#end({ kind: "snooze", due: this.#readDelay("snooze", countdown) });
  }

  get discard(): (reason: string) => never {
    return (reason) => this.#end({ kind: "discard", reason: String(reason).slice(0, MAX_REASON).toWellFormed() });
  }

  get replace(): Context["replace"] {
    return (signature, ...[input]) => {
      this.#requireWhole("replace");
      return this.#end({ kind: "replace", ...this.#plan(compositionOf(signature), input) });
    };
  }

  get release(): () => never {
    return () => this.#end({ kind: "release" });
  }

  #end(decision: Decision): never {
    this.#attempt.decision ??= decision;
    throw new AttemptEnded(decision.kind);
  }

  #plan(composition: Composition, input: unknown): { slot: number; jobs: readonly NewJob[] } {
    const { id, node, task } = this.#attempt.job;
    if (sourceOf(composition).engine !== this.#source.engine)
      throw new OptionsInvalid(
        `Task "${task}" gave ctx.replace() a signature of another app, whose jobs it cannot wait for: register its tasks in this one.`,
      );
    const slot = node?.slots ?? 0;
    const links = [{ to: id, slot, on: "success" as const }];
    const { jobs } = planWorkflow(composition, { id: newIdBeside(id), workflow: node?.workflow ?? id, links, input });
    return { slot, jobs };
  }

  /** What ends the job as done would end it with the element at hand, and the others would never be done. */
  #requireWhole(method: "replace" | "transaction"): void {
    const { job } = this.#attempt;
    if (!isMapped(job)) return;
    throw new CapabilityMissing(
      `Task "${job.task}" calls ctx.${method}() in a job of map() or chunks(), which runs the handler for each element and ends with the last: use a group of single jobs.`,
      { details: attemptFields(this.#attempt) },
    );
  }

  #readDelay(method: "retry" | "snooze", countdown: Duration): When {
    const afterMs = parseDuration(countdown);
    if (afterMs !== undefined && afterMs <= this.#source.maxDelayMs) return { afterMs };
    throw new OptionsInvalid(
      `ctx.${method}() was given the countdown ${String(countdown)}: write "30s", "5m" or milliseconds, from 0 to 10 years.`,
    );
  }
}
