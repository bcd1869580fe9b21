import { InvalidArgumentError } from "commander";
import { parseByteSize } from "../kernel/byte-size.ts";
import { type Duration, parseDuration } from "../kernel/duration.ts";
import { isName, type JobState } from "../kernel/job.ts";
import { transitions } from "../kernel/state.ts";

// Commander shows these messages as: error: option '--concurrency <number>' argument 'x' is invalid. MESSAGE

/** Reads `30s`, `2m`, `250ms`; a bare number is milliseconds. */
export function readDuration(text: string): Duration {
  const durationMs = parseDuration(/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);
  if (durationMs === undefined) throw new InvalidArgumentError('Write a duration such as "30s", "5m" or "250ms".');
  return durationMs;
}

/** Reads the optional value of `--wait`: commander takes the next argument for it, so say how to write both. */
export function readWait(text: string): Duration {
  const durationMs = parseDuration(/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);
  if (durationMs !== undefined) return durationMs;
  throw new InvalidArgumentError("Write --wait=30s, or --wait alone at the end of the line.");
}

/** Reads a whole number. */
export function readInteger(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number.");
}

/** Reads a TCP port; 0 takes a free one. */
export function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("Write a port from 0 to 65535; 0 takes a free one.");
}

/** Reads `512mb`, `1.5gb`, or bytes, as bytes. */
export function readBytes(text: string): number {
  const bytes = parseByteSize(/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text.toLowerCase());
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new InvalidArgumentError('Write a size such as "512mb" or "2gb".');
}

/** Reads `a,b` and adds to what earlier repetitions gave. */
export function readNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").map((name) => readName(name.trim()))];
}

/** Reads the name of a task, queue or worker. */
export function readName(text: string): string {
  if (isName(text)) return text;
  throw new InvalidArgumentError("A name has 1 to 200 characters, and no control characters.");
}

/** Reads one of several names. */
export function readNameAmong(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, readName(text)];
}

/** Reads `name=value` and adds to what earlier repetitions gave. */
export function readHeader(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write a header as name=value.");
  return { ...before, [name]: value };
}

/** Reads an instant in ISO 8601, or as UTC epoch milliseconds. */
export function readInstant(text: string): Date {
  const instant = new Date(/^\d{12,15}$/.test(text) ? Number(text) : text);
  // "7" and "tomorrow 5" are dates to Date.parse, on some platforms: only what begins as ISO 8601 is meant.
  if (/^\d{4}-\d\d-\d\d|^\d{12,15}$/.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw new InvalidArgumentError('Write an instant such as "2030-01-31T09:30:00Z", or UTC epoch milliseconds.');
}

/** Reads a duration from now, or an instant. */
export function readExpiry(text: string): Duration | Date {
  const durationMs = parseDuration(text);
  return durationMs ?? readInstant(text);
}

const STATES: ReadonlySet<string> = new Set(Object.keys(transitions));

/** Reads `failed,revoked` and adds to what earlier repetitions gave. */
export function readStates(text: string, before: readonly JobState[] = []): readonly JobState[] {
  return [...before, ...text.split(",").map((state) => readState(state.trim()))];
}

function readState(text: string): JobState {
  if (isState(text)) return text;
  throw new InvalidArgumentError(`The states are ${[...STATES].join(", ")}.`);
}

function isState(text: string): text is JobState {
  return STATES.has(text);
}
