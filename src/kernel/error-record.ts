import { types } from "node:util";
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
    return isError(thrown) ? fromError(thrown, depth) : fromNonError(thrown);
  } catch (error) {
    return {
      name: "Error",
      message: clip(`What was thrown, ${describeType(thrown)}, cannot be read: ${textOf(error)}`),
    };
  }
}

function isError(thrown: unknown): thrown is Error {
  // An error of another realm, such as a test runner makes, is an instance of that realm's Error.
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** Revives a record: a Lovage error as its own class, any other as an `Error` with its name, message and stack. */
export function fromErrorRecord(record: ErrorRecord): Error {
  const cause = record.cause === undefined ? undefined : fromErrorRecord(record.cause);
  const errorClass = record.code === undefined ? undefined : errorCatalogue.get(record.code);
  const error =
    errorClass === undefined
      ? new Error(record.message, cause === undefined ? undefined : { cause })
      : new errorClass(record.message, { cause, details: record.details ?? {} });
  // A user's subclass of PermanentError has its code, and a name of its own.
  if (error.name !== record.name) Object.defineProperty(error, "name", { value: record.name, configurable: true });
  if (record.code !== undefined && errorClass === undefined) Object.assign(error, { code: record.code });
  // The stack of this function would lead astray where the record has none.
  error.stack = record.stack ?? `${record.name}: ${record.message}`;
  return error;
}

function fromError(error: Error, depth: number): ErrorRecord {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const cause = causeOf(error);
  const details = error instanceof LovageError ? toSmallJson(error.details) : undefined;
  return {
    name: clip(error.name),
    message: clip(error.message),
    ...(code === undefined ? {} : { code: clip(code) }),
    ...(typeof error.stack === "string" ? { stack: clip(error.stack) } : {}),
    ...(details === undefined ? {} : { details }),
    ...(cause !== undefined && depth < MAX_CAUSES ? { cause: toErrorRecord(cause, depth + 1) } : {}),
  };
}

function causeOf(error: Error): unknown {
  // A refused connection is an AggregateError without a message: its first error says what happened.
  return error.cause ?? ("errors" in error && Array.isArray(error.errors) ? error.errors[0] : undefined);
}

function fromNonError(thrown: unknown): ErrorRecord {
  const message = typeof thrown === "string" ? thrown : `A handler threw ${describeType(thrown)}: ${preview(thrown)}`;
  return { name: "NonError", message: clip(message) };
}

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "and what that threw has no text";
  }
}

function preview(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, a bigint or a throwing toJSON: the type is all that can be said.
    return Object.prototype.toString.call(value);
  }
}

function toSmallJson(details: LovageError["details"]): ErrorRecord["details"] {
  if (Object.keys(details).length === 0) return undefined;
  try {
    const text = JSON.stringify(details);
    return text.length <= MAX_TEXT ? JSON.parse(text) : undefined;
  } catch {
    // A cycle or a bigint: the message stands without its details.
    return undefined;
  }
}

function clip(value: unknown): string {
  const text = String(value);
  const clipped = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
  // A cut may part a surrogate pair, and PostgreSQL refuses JSON with half of one.
  return clipped.toWellFormed();
}
