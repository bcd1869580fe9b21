import { LovageError, NotJson, TooLarge } from "./errors.ts";

// Data of people nests a dozen levels; without a limit 64 KiB of "[" would exhaust the stack here or in JSON.stringify.
const NESTING_LIMIT = 500;
// Of a path, for the message.
const MAX_PATH_STEPS = 50;

/** JSON data: what an input, a result, a progress value or a header may be made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What is being encoded, for the message, and how large it may be. */
export interface EncodeLimits {
  /** For example `the input of task "mail.send"`. */
  readonly what: string;
  readonly limitBytes: number;
}

/**
 * Encodes a value as JSON text after checking that it is JSON data and nothing else, so that what is read back equals
 * what was given. `undefined` becomes `undefined`: no value at all.
 *
 * @throws NotJson (`NOT_JSON`) with the path of the first value that is not JSON data.
 * @throws TooLarge (`TOO_LARGE`) when the text has more than `limitBytes` bytes in UTF-8.
 */
export function encodeJson(value: unknown, limits: EncodeLimits): string | undefined {
  if (value === undefined) return undefined;
  const text = checkedText(value, limits);
  const bytes = text.length * 3 <= limits.limitBytes ? text.length : Buffer.byteLength(text);
  if (bytes > limits.limitBytes) throw tooLarge(limits, bytes);
  return text;
}

/** Getters and proxies run code of the caller's, which may throw: that is an input that cannot be read, and told as one. */
function checkedText(value: unknown, limits: EncodeLimits): string {
  try {
    // The check counts as it walks and stops at the limit: 100 MB are refused without being copied into a string first.
    checkJson(value, limits);
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof LovageError) throw cause;
    throw new NotJson(
      `${limits.what} is not JSON data: reading it failed (${describeFailure(cause)}); pass plain data.`,
      { cause, details: { path: "$" } },
    );
  }
}

function describeFailure(cause: unknown): string {
  return cause instanceof Error ? cause.message : describeType(cause);
}

/**
 * Reads what `encodeJson` wrote, as an engine gives it back; no payload is `undefined`.
 * @throws SyntaxError or TypeError where the text is not JSON, or the bytes are not UTF-8: say in whose name, and rethrow.
 */
export function decodeJson(payload: string | Uint8Array | undefined): unknown {
  if (payload === undefined) return undefined;
  return JSON.parse(typeof payload === "string" ? payload : new TextDecoder("utf-8", { fatal: true }).decode(payload));
}

/** Names the kind of a value for a message: `a Date`, `a function`, `null`. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return typeof value === "number" ? String(value) : `a ${typeof value}`;
  const name = classNameOf(value);
  return typeof name === "string" && name !== "" ? `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}` : "an object";
}

function classNameOf(value: object): unknown {
  try {
    return Object.getPrototypeOf(value)?.constructor?.name;
  } catch {
    // A revoked proxy, or a getter that throws: it is an object, and more cannot be known.
    return undefined;
  }
}

interface Walk {
  readonly limits: EncodeLimits;
  /** The objects on the way from the root to here, to find cycles. */
  readonly ancestors: object[];
  readonly path: (string | number)[];
  bytes: number;
}

function checkJson(value: unknown, limits: EncodeLimits): void {
  checkValue(value, { limits, ancestors: [], path: [], bytes: 0 });
}

function checkValue(value: unknown, walk: Walk): void {
  switch (typeof value) {
    case "string":
      count(value.length + 2, walk);
      break;
    case "boolean":
      count(4, walk);
      break;
    case "number":
      if (!Number.isFinite(value)) throw notJson(value, walk, "use null or a string");
      count(1, walk);
      break;
    case "object":
      if (value === null) count(4, walk);
      else checkObject(value, walk);
      break;
    default:
      throw notJson(value, walk, "pass only JSON data");
  }
}

function checkObject(value: object, walk: Walk): void {
  if (walk.ancestors.includes(value)) throw notJson(value, walk, "it contains itself; pass an id instead", "a cycle");
  if (walk.ancestors.length === NESTING_LIMIT) {
    throw notJson(value, walk, "flatten it, or store it and pass its id", `nested deeper than ${NESTING_LIMIT} levels`);
  }
  walk.ancestors.push(value);
  count(2, walk);
  if (Array.isArray(value)) checkArray(value, walk);
  else checkRecord(value, walk);
  walk.ancestors.pop();
}

function checkArray(value: readonly unknown[], walk: Walk): void {
  refuseToJson(value, walk);
  for (let index = 0; index < value.length; index += 1) {
    walk.path.push(index);
    checkValue(value[index], walk);
    walk.path.pop();
  }
}

function checkRecord(value: object, walk: Walk): void {
  if (!isPlain(value)) throw notJson(value, walk, adviceFor(value));
  refuseToJson(value, walk);
  for (const key of Object.keys(value)) {
    walk.path.push(key);
    const member = readMember(value, key, walk);
    // JSON has no undefined; an absent optional member is what everyone means by it.
    if (member !== undefined) {
      count(key.length + 3, walk);
      checkValue(member, walk);
    }
    walk.path.pop();
  }
}

/** A toJSON would be called, and what it gives be written instead of what is checked here. */
function refuseToJson(value: object, walk: Walk): void {
  if ("toJSON" in value && typeof value.toJSON === "function") throw notJson(value, walk, "pass plain data");
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  // A test runner may load the application in a realm of its own, with an Object.prototype of its own.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), "isPrototypeOf");
}

function readMember(value: object, key: string, walk: Walk): unknown {
  try {
    return Reflect.get(value, key);
  } catch (error) {
    throw notJson(undefined, walk, "pass plain data", `a value that cannot be read (${String(error)})`);
  }
}

function count(bytes: number, walk: Walk): void {
  walk.bytes += bytes;
  if (walk.bytes > walk.limits.limitBytes) throw tooLarge(walk.limits, walk.bytes);
}

function adviceFor(value: object): string {
  if (value instanceof Date) return "pass its toISOString() or its epoch milliseconds";
  if (value instanceof Map || value instanceof Set) return "pass an array of its entries";
  if (value instanceof Uint8Array) return "store the bytes and pass their place, or encode them as base64";
  return "pass its id and load it in the handler, which then sees the present state";
}

function notJson(value: unknown, walk: Walk, advice: string, kind: string = describeType(value)): NotJson {
  const path = formatPath(walk.path.slice(0, MAX_PATH_STEPS)) + (walk.path.length > MAX_PATH_STEPS ? "…" : "");
  return new NotJson(`${walk.limits.what} is not JSON data: ${path} is ${kind}; ${advice}.`, { details: { path } });
}

function tooLarge(limits: EncodeLimits, bytes: number): TooLarge {
  return new TooLarge(
    `${limits.what} has ${bytes} bytes or more, over the limit of ${limits.limitBytes}: ` +
      "store the data elsewhere and pass its id or place, or raise the limit.",
    { details: { bytes, limitBytes: limits.limitBytes } },
  );
}

function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step) ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`;
  }, "$");
}
