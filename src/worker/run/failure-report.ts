import { formatDuration } from "../../kernel/duration.ts";
import type { ErrorRecord } from "../../kernel/error-record.ts";
import type { Outcome, When } from "../../kernel/job.ts";
import type { FailedAttempt } from "../../kernel/options/index.ts";
import { isThenable } from "../../kernel/thenable.ts";
import type { Attempt } from "./attempt.ts";
import { logAttempt } from "./job-log.ts";
import { runOutside } from "./run-context.ts";
import type { Verdict } from "./verdict.ts";

/** Tells of every failed attempt: a line with its stack, then the app's `onError`. */
export class FailureReport {
  readonly #onError: ((failure: FailedAttempt) => unknown) | undefined;

  constructor(onError: ((failure: FailedAttempt) => unknown) | undefined) {
    this.#onError = onError;
  }

  tell(attempt: Attempt, failure: NonNullable<Verdict["failure"]>, outcome: Outcome): void {
    const willRetry = outcome.kind === "retried";
    const { record } = failure;
    logAttempt(attempt, willRetry ? "warn" : "error", messageFor(outcome), {
      error: `${record.name}: ${record.message}`,
      stack: stackOf(record),
    });
    this.#callHook(attempt, { error: failure.error, ...namesOf(attempt), willRetry });
  }

  #callHook(attempt: Attempt, failure: FailedAttempt): void {
    if (this.#onError === undefined) return;
    const tell = (error: unknown): void => logAttempt(attempt, "error", "the onError hook threw", { error });
    try {
      const result = runOutside(() => this.#onError?.(failure));
      // Declared to return nothing, but an async function fits there too, and its rejection would end the process.
      if (isThenable(result)) result.then(undefined, tell);
    } catch (error) {
      tell(error);
    }
  }
}

/** The stack of an error and of its causes. */
export function stackOf(record: ErrorRecord): string {
  const own = record.stack ?? `${record.name}: ${record.message}`;
  return record.cause === undefined ? own : `${own}\nCaused by: ${stackOf(record.cause)}`;
}

function namesOf({ job, number }: Attempt): Pick<FailedAttempt, "task" | "id" | "attempt"> {
  return { task: job.task, id: job.id, attempt: number };
}

function messageFor(outcome: Outcome): string {
  return outcome.kind === "retried" ? `attempt failed, tried again ${describe(outcome.due)}` : "job failed";
}

function describe(due: When): string {
  return "at" in due ? `at ${new Date(due.at).toISOString()}` : `in ${formatDuration(due.afterMs)}`;
}
