import { createHash } from "node:crypto";
import type { Duration } from "../kernel/duration.ts";
import { newId, newIdOfKey } from "../kernel/id.ts";
import { parseInstant } from "../kernel/instant.ts";
import { isName, type NewJob, type When } from "../kernel/job.ts";
import { encodeJson } from "../kernel/json.ts";
import { OptionReader, readPriority } from "../kernel/options/index.ts";
import type { RegisteredTask } from "./registry.ts";

/** What one call says beyond its task. */
export interface CallOptions {
  /** Start after so long. */
  readonly countdown?: Duration;
  /** Start at this instant (a `Date`, or UTC epoch milliseconds); one that has passed means now. */
  readonly eta?: Date | number;
  /** A job that has not started after so long, or by this instant, is revoked. */
  readonly expires?: Duration | Date;
  /** 0 to 9, 9 first. */
  readonly priority?: number;
  readonly queue?: string;
  /** Travels with the job to its handler: up to 64 entries. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Idempotency: while it holds, the same key of the same task gives the same job. */
  readonly key?: string;
  /** Push inside this open transaction of the engine's own database; see the engine for what it takes. */
  readonly tx?: unknown;
}

/** The header that carries the version of an input's shape, where it is not 1. */
export const VERSION_HEADER = "lovage-input-version";

// Headers of this beginning are Lovage's own: a caller who could set them could make a worker upgrade what is new.
const OWN_HEADERS = "lovage-";

/** What a call of many inputs may say: a key names one job, so there each input has its own, by the task's `key`. */
export const manyCallKeys: readonly (keyof CallOptions)[] = [
  "countdown",
  "eta",
  "expires",
  "priority",
  "queue",
  "headers",
  "tx",
];

/** What a signature may say. */
export const signatureKeys: readonly (keyof CallOptions)[] = manyCallKeys.filter((key) => key !== "tx");

/** What a call of one input may say. */
export const oneCallKeys: readonly (keyof CallOptions)[] = [...manyCallKeys, "key"];

/** One call, its input encoded and checked. */
export interface Call {
  readonly input: unknown;
  readonly payload: string | undefined;
  readonly options: CallOptions;
  /** The names that `options` may have. */
  readonly optionKeys: readonly string[];
  /** False: the job has no idempotency key, whatever its task says. Default true. */
  readonly keyed?: boolean;
}

/** @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`) */
export function encodeInput(task: RegisteredTask, input: unknown, limitBytes: number): string | undefined {
  return encodeJson(input, { what: `The input of task "${task.name}"`, limitBytes });
}

/**
 * Makes the job of one call. `nowMs` is used only to refuse instants that are too far off: what is due when is the
 * engine's to decide.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) with every mistake.
 */
export function makeJob(task: RegisteredTask, call: Call, maxDelayMs: number, nowMs: number): NewJob {
  const { input, payload, options } = call;
  const { settings } = task;
  const reader = new OptionReader();
  reader.knownKeys("", options, call.optionKeys);
  const key = call.keyed === false ? undefined : (options.key ?? task.key?.(input));
  const job: NewJob = {
    id: isName(key) ? newIdOfKey(task.name, key, nowMs) : newId(nowMs),
    ...{ task: task.name, input: payload, ack: settings.ack },
    queue: options.queue === undefined ? settings.queue : reader.name("queue", options.queue, settings.queue),
    priority:
      options.priority === undefined
        ? settings.priority
        : readPriority(reader, "priority", options.priority, settings.priority),
    headers: readHeaders(reader, options.headers, task.version),
    due: readDue(reader, options, nowMs, maxDelayMs),
    expires: readExpires(reader, options.expires, settings.expiresMs),
    key:
      key === undefined
        ? undefined
        : { key: readKey(reader, key), inputHash: hashInput(payload), ttlMs: settings.keyTtlMs },
  };
  reader.finish(`The call of task "${task.name}" does not fit`);
  return job;
}

function readDue(reader: OptionReader, options: CallOptions, nowMs: number, maxDelayMs: number): When | undefined {
  if (options.countdown !== undefined && options.eta !== undefined)
    reader.mistake("countdown and eta exclude each other");
  if (options.countdown !== undefined) {
    const afterMs = reader.durationMs("countdown", options.countdown, 0);
    checkDistance(reader, "countdown", afterMs, maxDelayMs);
    return afterMs === 0 ? undefined : { afterMs };
  }
  if (options.eta === undefined) return undefined;
  const at = readInstant(reader, "eta", options.eta);
  checkDistance(reader, "eta", at - nowMs, maxDelayMs);
  return { at };
}

function checkDistance(reader: OptionReader, path: string, distanceMs: number, maxDelayMs: number): void {
  if (distanceMs <= maxDelayMs) return;
  const years = Math.round(distanceMs / 31_557_600_000);
  reader.mistake(
    `${path} is ${years} years away, over the limit of 10: is it in seconds or microseconds, or meant as "never"?`,
  );
}

function readExpires(
  reader: OptionReader,
  expires: Duration | Date | undefined,
  fallbackMs: number | undefined,
): When | undefined {
  if (expires instanceof Date) return { at: readInstant(reader, "expires", expires) };
  const afterMs = reader.optionalDurationMs("expires", expires) ?? fallbackMs;
  return afterMs === undefined ? undefined : { afterMs };
}

function readInstant(reader: OptionReader, path: string, instant: Date | number): number {
  const epochMs = parseInstant(instant);
  if (epochMs !== undefined) return epochMs;
  reader.mistake(`${path} is not an instant: pass a valid Date, or UTC epoch milliseconds`);
  return 0;
}

function readKey(reader: OptionReader, key: string): string {
  if (!isName(key)) reader.mistake("key is not a name: 1 to 200 characters, no control characters");
  return key;
}

/** Reads a call's headers; those of Lovage's own that the task's version asks for are added. */
export function readHeaders(
  reader: OptionReader,
  headers: Readonly<Record<string, string>> | undefined,
  version: number,
): Readonly<Record<string, string>> | undefined {
  if (headers === undefined) return version === 1 ? undefined : { [VERSION_HEADER]: String(version) };
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    reader.mistake('headers is not an object of strings: write { name: "value" }');
    return undefined;
  }
  const entries = Object.entries(headers);
  if (entries.length > 64) reader.mistake(`headers has ${entries.length} entries, over the limit of 64`);
  for (const [name, value] of entries) {
    if (!isName(name)) reader.mistake(`headers has a name that is empty, too long, or holds control characters`);
    if (name.toLowerCase().startsWith(OWN_HEADERS)) {
      reader.mistake(
        `headers[${JSON.stringify(name.slice(0, 60))}] begins with "${OWN_HEADERS}", which Lovage keeps for itself`,
      );
    }
    if (typeof value !== "string" || value.length > 8_000) {
      reader.mistake(`headers[${JSON.stringify(name.slice(0, 60))}] is not a string of up to 8,000 characters`);
    }
  }
  return version === 1 ? { ...headers } : { ...headers, [VERSION_HEADER]: String(version) };
}

// Two inputs are the same when they hold the same data, in whatever order their members were written.
function hashInput(payload: string | undefined): string {
  const sorted = payload === undefined ? "" : JSON.stringify(JSON.parse(payload), sortMembers);
  return createHash("sha256").update(sorted).digest("base64url");
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
