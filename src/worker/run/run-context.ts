import { AsyncLocalStorage } from "node:async_hooks";
import type { Attempt } from "./attempt.ts";

/** The job in whose handler the caller stands. */
export interface CurrentJob {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly attempt: number;
  readonly headers: Readonly<Record<string, string>>;
}

const storage = new AsyncLocalStorage<Attempt | undefined>();

/**
 * The job that runs around the caller, at any depth of calls and awaits, or `undefined` outside of handlers: for log
 * formatters, error trackers and libraries that are not handed the context.
 *
 * @example
 * const job = currentJob();
 * logger.info("mail sent", job === undefined ? {} : { task: job.task, id: job.id, attempt: job.attempt });
 */
export function currentJob(): CurrentJob | undefined {
  const attempt = storage.getStore();
  if (attempt === undefined) return undefined;
  const { id, task, queue, headers } = attempt.job;
  return { id, task, queue, attempt: attempt.number, headers: headers ?? {} };
}

/** The attempt around the caller, for the worker itself. */
export function currentAttempt(): Attempt | undefined {
  return storage.getStore();
}

/** Calls a handler as part of its attempt. */
export function runWithin<Input, Output, Extra>(
  attempt: Attempt,
  handler: (input: Input, extra: Extra) => Output,
  input: Input,
  extra: Extra,
): Output {
  return storage.run(attempt, handler, input, extra);
}

/** Calls outside of any attempt, so that what the worker starts there (timers, log lines) does not count as a handler's. */
export function runOutside<Output>(action: () => Output): Output {
  return storage.run(undefined, action);
}
