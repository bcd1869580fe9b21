import type { Duration } from "../kernel/duration.ts";
import type { Json } from "../kernel/json.ts";
import type { LogFields } from "../kernel/logger.ts";
import type { StartArguments, Startable } from "./canvas/start.ts";

/** Log lines that carry task, id and attempt of the job. */
export interface TaskLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** How `ctx.retry()` repeats. */
export interface RetryRequest {
  /** Default: the task's back-off. */
  readonly countdown?: Duration;
  /** The error to record. Default: one that says the handler asked. */
  readonly cause?: unknown;
}

/** What a handler needs of the connection that it is given by `ctx.transaction()`: on PostgreSQL a `PoolClient` of `pg`. */
export interface TransactionClient {
  /** Parameters are numbered from $1; rows are objects by the names of the columns. */
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly rowCount: number | null }>;
}

/**
 * What a handler is given besides its input.
 *
 * `retry`, `snooze`, `discard`, `replace` and `release` end the attempt by throwing. The first of them decides what becomes
 * of the job, also when the handler catches what was thrown.
 */
export interface Context {
  /** The job's id: stable over all attempts, so it can serve as an idempotency key elsewhere. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** From 1; raised by failures only, not by a snooze, a release or a lost worker. */
  readonly attempt: number;
  /** Raised by every run, whatever its reason: what a store that fences wants. */
  readonly fence: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /**
   * Aborts with the reason: `SoftTimeLimitExceeded`, `TimeLimitExceeded`, `JobRevoked`, `LeaseLost` or `WorkerStopped`.
   * Pass it on to `fetch` and the like.
   */
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  /**
   * Tells those who watch how far the job is; the latest value is kept with it. Up to 64 KiB of JSON data.
   * @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`)
   */
  progress(value: Json): void;
  /**
   * Commits the handler's writes together with the job's success, so that they happen exactly once, whatever dies in
   * between. What `body` returns is the job's result; what it throws rolls everything back, and is thrown here. Once per
   * attempt, on an engine of the same database (PostgreSQL). What the handler does after it is outside: an error there is
   * logged, and the job stays succeeded.
   *
   * @throws CapabilityMissing (`CAPABILITY_MISSING`), also in a job of `map()` or `chunks()`; TransactionRepeated
   *   (`TRANSACTION_REPEATED`); LeaseLost
   *   (`LEASE_LOST`) where the job is no longer this worker's; NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`) for the result.
   *
   * @example
   * return ctx.transaction(async (tx) => {
   *   await tx.query("UPDATE account SET balance = balance - $1 WHERE id = $2", [amount, accountId]);
   *   await sendReceipt.delay({ accountId }, { tx });
   *   return { charged: amount };
   * });
   */
  transaction<Result, Client = TransactionClient>(body: (tx: Client) => Result | Promise<Result>): Promise<Result>;
  /** Ends this attempt as a failure and tries again, if retries are left; else the job fails. */
  retry(request?: RetryRequest): never;
  /** Ends this attempt and comes back later; counts as nothing. */
  snooze(countdown: Duration): never;
  /** Ends the job as `revoked`, for work that has become pointless: it is neither a failure nor retried. */
  discard(reason: string): never;
  /**
   * Ends this attempt, and lets what the signature comes to be the job's own end: its result is the job's result, and who
   * waits for the job goes on with it. The handler is not run again. It throws as the others do; the type that it returns is
   * there for `return`, so that the task gives what the signature does.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`), NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`): mistakes in the signature.
   * @throws CapabilityMissing (`CAPABILITY_MISSING`) in a job of `map()` or `chunks()`, whose other elements would never be done.
   *
   * @example
   * return ctx.replace(chord(pages.map((page) => readPage.signature({ page })), merge.signature()));
   */
  replace<Input, Output>(signature: Startable<Input, Output>, ...input: StartArguments<Input>): Output;
  /** Gives the job back at once, for any worker to take; counts as nothing. */
  release(): never;
}
