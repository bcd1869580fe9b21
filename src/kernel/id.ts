import { createHash, randomFillSync } from "node:crypto";

const RANDOM_BYTES = 8;
const UUID_LENGTH = 36;
const PLACE_DIGITS = 4;
// Random bytes are drawn 256 ids at a time: 0.3 µs an id where a call each costs 1.5 µs.
const pool = new Uint8Array(256 * RANDOM_BYTES);
let poolOffset = pool.length;
let lastMs = 0;
let sequence = 0;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then a 12-bit counter (method 1 of §6.2), so the ids made by one
 * process sort in the order in which they were made, also when its clock steps back.
 */
export function newId(nowMs: number = Date.now()): string {
  // A measuring clock counts in fractions, which have no place in 48 bits.
  advance(Math.trunc(nowMs));
  if (poolOffset + RANDOM_BYTES > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const counter = (0x7000 | sequence).toString(16);
  const variant = HEX[0x80 | (randomByte() & 0x3f)];
  return `${time.slice(0, 8)}-${time.slice(8)}-${counter}-${variant}${hex(1)}-${hex(6)}`;
}

/**
 * A UUIDv7 that is the same wherever it is derived: its time is `atMs`, the rest a hash of that and of these words. Whoever
 * repeats a step, here or elsewhere, makes the same job by it.
 */
export function derivedId(atMs: number, ...words: readonly string[]): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([atMs, ...words]))
    .digest("hex");
  const time = Math.trunc(atMs).toString(16).padStart(12, "0");
  const variant = HEX[0x80 | (Number.parseInt(hash.slice(0, 2), 16) & 0x3f)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(2, 5)}-${variant}${hash.slice(5, 7)}-${hash.slice(7, 19)}`;
}

/**
 * A new id with the place of another: a store in partitions keeps both jobs in one of them. So do an id and what begins
 * with it.
 *
 * @example
 * const body = newId();
 * const header = inputs.map(() => newIdBeside(body));
 */
export function newIdBeside(id: string, nowMs: number = Date.now()): string {
  return newIdAt(placeOf(id), nowMs);
}

/**
 * The id of a job with an idempotency key: its place follows from task and key, so that a store in partitions finds there
 * who holds the key.
 *
 * @example
 * const id = newIdOfKey("feeds.fetch", "feed:7");
 */
export function newIdOfKey(task: string, key: string, nowMs: number = Date.now()): string {
  return newIdAt(placeOfKey(task, key), nowMs);
}

/** Where a store in partitions keeps a job, from 0 to 65,535: the last four digits of the UUID that its id begins with. */
export function placeOf(id: string): number {
  // What has no digits there is at 0.
  return (Number.parseInt(id.slice(UUID_LENGTH - PLACE_DIGITS, UUID_LENGTH), 16) >>> 0) & 0xffff;
}

/** Where a store in partitions keeps an idempotency key, as `placeOf` says it of a job. */
export function placeOfKey(task: string, key: string): number {
  const hash = fnv1a(`${task}\0${key}`);
  return (hash >>> 16) ^ (hash & 0xffff);
}

function newIdAt(place: number, nowMs: number): string {
  return newId(nowMs).slice(0, UUID_LENGTH - PLACE_DIGITS) + place.toString(16).padStart(PLACE_DIGITS, "0");
}

/** http://www.isthe.com/chongo/tech/comp/fnv/, over UTF-16 units. Stored ids depend on it: it must stay as it is. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function advance(nowMs: number): void {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = 0;
    return;
  }
  sequence += 1;
  if (sequence <= 0xfff) return;
  // 4,096 ids in one millisecond: borrow the next one rather than repeat or wait.
  lastMs += 1;
  sequence = 0;
}

function randomByte(): number {
  const byte = pool[poolOffset] ?? 0;
  poolOffset += 1;
  return byte;
}

function hex(bytes: number): string {
  let text = "";
  for (let index = 0; index < bytes; index += 1) text += HEX[randomByte()];
  return text;
}
