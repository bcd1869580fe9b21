import { errorCatalogue, LovageError } from "./errors.ts";
import { describeType } from "./json.ts";

/** An error as it is stored with a job and sent between threads: JSON data, bounded in size. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: ErrorRecord;
}

// A stack is for reading: 8,000 characters hold over 60 frames. A chain of causes longer than 5 is a loop or a mistake.
const MAX_TEXT = 8_000;
const MAX_CAUSES = 5;

/**
 * Turns whatever was thrown into a record. Never throws itself: a thrown string, `undefined`, an object with a cycle
 * or with getters that throw all become a record that says so.
 */
export function toErrorRecord(thrown: unknown, depth: number = 0): ErrorRecord {
  try {
    return thrown instanceof Error ? fromError(thrown, depth) : fromNonError(thrown);
  } catch (error) {
    return { name: "Error", message: `The thrown ${describeType(thrown)} could not be read: ${String(error)}` };
  }
}

/** Revives a record: a Lovage error as its own class, any other as an `Error` with its name, message and stack. */
export function fromErrorRecord(record: ErrorRecord): Error {
  const cause = record.cause === undefined ? undefined : fromErrorRecord(record.cause);
  const errorClass = record.code === undefined ? undefined : errorCatalogue.get(record.code);
  const error =
    errorClass === undefined
      ? new Error(record.message, { cause })
      : new errorClass(record.message, { cause, details: record.details ?? {} });
  if (errorClass === undefined) Object.defineProperty(error, "name", { value: record.name, configurable: true });
  if (record.code !== undefined && errorClass === undefined) Object.assign(error, { code: record.code });
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}

function fromError(error: Error, depth: number): ErrorRecord {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const hasCause = error.cause !== undefined && depth < MAX_CAUSES;
  return {
    name: clip(error.name),
    message: clip(error.message),
    ...(code === undefined ? {} : { code: clip(code) }),
    ...(typeof error.stack === "string" ? { stack: clip(error.stack) } : {}),
    ...(error instanceof LovageError && isSmallJson(error.details) ? { details: error.details } : {}),
    ...(hasCause ? { cause: toErrorRecord(error.cause, depth + 1) } : {}),
  };
}

function fromNonError(thrown: unknown): ErrorRecord {
  const message = typeof thrown === "string" ? thrown : `A handler threw ${describeType(thrown)}: ${preview(thrown)}`;
  return { name: "NonError", message: clip(message) };
}

function preview(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, a bigint or a throwing toJSON: the type is all that can be said.
    return Object.prototype.toString.call(value);
  }
}

function isSmallJson(details: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(details).length > 0 && preview(details).length <= MAX_TEXT;
}

function clip(text: unknown): string {
  const string = String(text);
  return string.length <= MAX_TEXT ? string : `${string.slice(0, MAX_TEXT)}… (${string.length} characters)`;
}
