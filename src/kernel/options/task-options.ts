import type { Duration } from "../duration.ts";
import { defaults } from "./defaults.ts";
import type { OptionReader } from "./reader.ts";

/** A class of errors, as written in `retry.on`. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * When and how often a failed attempt is repeated. An error that carries `retryAfter`, as HTTP's header has it (seconds or
 * a date; also a duration such as `"30s"`), is repeated no sooner, up to a day later, whatever `backoffMax` says.
 */
export interface RetryOptions {
  /** Only these errors (and their subclasses) are retried. Default: all but `PermanentError` and refused inputs. */
  readonly on?: readonly ErrorClass[];
  /** These are not, even if `on` fits. */
  readonly except?: readonly ErrorClass[];
  /** Retries after the first attempt. Default 3; 0 for `ack: "early"`. */
  readonly max?: number;
  /** The first delay; it doubles with each failure. Default `"1s"`. */
  readonly backoff?: Duration;
  /** The delay never exceeds it. Default `"10m"`. */
  readonly backoffMax?: Duration;
  /** `"full"` draws from 0 to the delay (default), `"added"` adds up to as much again, `false` adds nothing. */
  readonly jitter?: "full" | "added" | false;
}

/** How long one attempt may take. */
export interface TimeLimitOptions {
  /** `ctx.signal` aborts with `SoftTimeLimitExceeded`, so that the handler can end in order. Default: none. */
  readonly soft?: Duration;
  /** The attempt is given up as `TimeLimitExceeded`. Default `"5m"`. */
  readonly hard?: Duration;
}

/** How long a finished job can be looked at. */
export interface RetentionOptions {
  /** Default `"24h"`. */
  readonly succeeded?: Duration;
  /** Default `"7d"`. */
  readonly failed?: Duration;
  /** Default `"24h"`. */
  readonly revoked?: Duration;
}

/** What a task says of its jobs; an app gives the defaults of all of its tasks by the same names. */
export interface JobOptions {
  /** Default `"default"`. */
  readonly queue?: string;
  /** 0 to 9, 9 first. Default 5. */
  readonly priority?: number;
  /** `"late"` (default): a job whose worker is lost runs again. `"early"`: it never does. */
  readonly ack?: "late" | "early";
  readonly retry?: RetryOptions;
  readonly timeLimit?: TimeLimitOptions;
  /** A job that has not started by then is revoked. Default: never. */
  readonly expires?: Duration;
  /** `"discard"` keeps no result: `get()` then gives `undefined`. Default `"keep"`. */
  readonly result?: "keep" | "discard";
  readonly retention?: RetentionOptions;
  /** For how long an idempotency key names the same job. Default `"24h"`, and at least the job's life. */
  readonly keyTtl?: Duration;
}

/** `JobOptions` after defaults and validation; times in milliseconds. */
export interface JobSettings {
  readonly queue: string;
  readonly priority: number;
  readonly ack: "late" | "early";
  readonly retry: RetrySettings;
  readonly softLimitMs: number | undefined;
  readonly hardLimitMs: number;
  readonly expiresMs: number | undefined;
  readonly keepResult: boolean;
  readonly retention: RetentionSettings;
  readonly keyTtlMs: number;
}

export interface RetrySettings {
  readonly on: readonly ErrorClass[] | undefined;
  readonly except: readonly ErrorClass[];
  readonly max: number;
  readonly baseMs: number;
  readonly maxMs: number;
  readonly jitter: "full" | "added" | false;
}

export interface RetentionSettings {
  readonly succeededMs: number;
  readonly failedMs: number;
  readonly revokedMs: number;
}

/** The names of all job options. */
export const jobOptionKeys: readonly (keyof JobOptions)[] = [
  "queue",
  "priority",
  "ack",
  "retry",
  "timeLimit",
  "expires",
  "result",
  "retention",
  "keyTtl",
];

/** The names of the retention options. */
export const retentionOptionKeys: readonly (keyof RetentionOptions)[] = ["succeeded", "failed", "revoked"];

/** Reads a task's options over an app's; `path` begins the names in mistakes (`""` or `task.`). */
export function readJobOptions(reader: OptionReader, path: string, options: JobOptions, base: JobOptions): JobSettings {
  const ack = reader.choice(`${path}ack`, options.ack ?? base.ack, defaults["task.ack"].value, ["late", "early"]);
  const result = reader.choice(`${path}result`, options.result ?? base.result, defaults["task.result"].value, [
    "keep",
    "discard",
  ]);
  // An app's retention stands beside the defaults of its tasks.
  const retentionPath = path === "task." ? "retention" : `${path}retention`;
  const settings: JobSettings = {
    queue: reader.name(`${path}queue`, options.queue ?? base.queue, defaults["task.queue"].value),
    priority: readPriority(
      reader,
      `${path}priority`,
      options.priority ?? base.priority,
      defaults["task.priority"].value,
    ),
    ack,
    retry: readRetry(reader, `${path}retry`, merge(reader, `${path}retry`, base.retry, options.retry, retryKeys), ack),
    ...readTimeLimit(
      reader,
      `${path}timeLimit`,
      merge(reader, `${path}timeLimit`, base.timeLimit, options.timeLimit, ["soft", "hard"]),
    ),
    expiresMs: reader.optionalDurationMs(`${path}expires`, options.expires ?? base.expires),
    keepResult: result === "keep",
    retention: readRetention(
      reader,
      retentionPath,
      merge(reader, retentionPath, base.retention, options.retention, retentionOptionKeys),
    ),
    keyTtlMs: reader.durationMs(`${path}keyTtl`, options.keyTtl ?? base.keyTtl, defaults["task.keyTtl"].value),
  };
  return settings;
}

const retryKeys: readonly (keyof RetryOptions)[] = ["on", "except", "max", "backoff", "backoffMax", "jitter"];

function merge<Group extends object>(
  reader: OptionReader,
  path: string,
  base: Group | undefined,
  given: Group | undefined,
  keys: readonly (keyof Group & string)[],
): Partial<Group> {
  return { ...reader.knownKeys(path, base, keys), ...reader.knownKeys(path, given, keys) };
}

/** A priority is 0 to 9 wherever it is given: on an app, a task or a call. */
export function readPriority(reader: OptionReader, path: string, value: number | undefined, fallback: number): number {
  return reader.integer(path, value, fallback, { min: 0, max: 9 });
}

function readRetry(reader: OptionReader, path: string, retry: RetryOptions, ack: "late" | "early"): RetrySettings {
  // At most once unless the task says otherwise: a retry runs the handler again.
  const fallbackMax = ack === "early" ? 0 : defaults["task.retry.max"].value;
  return {
    on: retry.on === undefined ? undefined : readClasses(reader, `${path}.on`, retry.on),
    except: readClasses(reader, `${path}.except`, retry.except ?? []),
    max: reader.integer(`${path}.max`, retry.max, fallbackMax, { min: 0, max: 1_000_000 }),
    baseMs: reader.durationMs(`${path}.backoff`, retry.backoff, defaults["task.retry.backoff"].value),
    maxMs: reader.durationMs(`${path}.backoffMax`, retry.backoffMax, defaults["task.retry.backoffMax"].value),
    jitter: reader.choice(`${path}.jitter`, retry.jitter, defaults["task.retry.jitter"].value, [
      "full",
      "added",
      false,
    ]),
  };
}

function readClasses(reader: OptionReader, path: string, classes: readonly ErrorClass[]): readonly ErrorClass[] {
  // A predicate such as (error) => … is a function without a prototype: `instanceof` would throw at every failure.
  const fit = Array.isArray(classes) && classes.every((one) => typeof one === "function" && isObject(one.prototype));
  if (!fit) reader.mistake(`${path} is not a list of error classes: write [TypeError, GatewayError]`);
  return fit ? classes : [];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function readTimeLimit(
  reader: OptionReader,
  path: string,
  limit: TimeLimitOptions,
): Pick<JobSettings, "softLimitMs" | "hardLimitMs"> {
  const softLimitMs = reader.optionalDurationMs(`${path}.soft`, limit.soft);
  const hardLimitMs = reader.durationMs(`${path}.hard`, limit.hard, defaults["task.timeLimit.hard"].value);
  if (hardLimitMs === 0) reader.mistake(`${path}.hard is 0: an attempt needs some time`);
  if (softLimitMs !== undefined && softLimitMs >= hardLimitMs) {
    reader.mistake(`${path}.soft (${softLimitMs} ms) is not below ${path}.hard (${hardLimitMs} ms)`);
  }
  return { softLimitMs, hardLimitMs };
}

function readRetention(reader: OptionReader, path: string, retention: RetentionOptions): RetentionSettings {
  return {
    succeededMs: reader.durationMs(`${path}.succeeded`, retention.succeeded, defaults["retention.succeeded"].value),
    failedMs: reader.durationMs(`${path}.failed`, retention.failed, defaults["retention.failed"].value),
    revokedMs: reader.durationMs(`${path}.revoked`, retention.revoked, defaults["retention.revoked"].value),
  };
}
