import { EXPIRY, workerLost } from "../../../engine/index.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { ClaimedJob, JobRecord, JobState, Payload, Revocation } from "../../../kernel/job.ts";

// A job as `scripts/lib/job.lua` packs it: a front of fixed length, worker and result, a middle of fixed length, then key,
// headers, input and id.
const FRONT_BYTES = 68;
const MIDDLE_BYTES = 31;

const statesByNumber: readonly (JobState | undefined)[] = [
  undefined,
  ...(["waiting", "scheduled", "ready", "active", "succeeded", "failed", "revoked"] as const),
];

/** The number under which a state is stored. */
export function numberOf(state: JobState): number {
  return statesByNumber.indexOf(state);
}

/** @throws RangeError for a number that is no state's. */
export function stateNumbered(number: number): JobState {
  const state = statesByNumber[number];
  if (state === undefined) throw new RangeError(`No state has the number ${number}.`);
  return state;
}

/** How payloads are told apart. */
export const PAYLOAD_NONE = 0;
export const PAYLOAD_TEXT = 1;
export const PAYLOAD_BYTES = 2;

/** Queue and task by the number of their lane. */
export type LaneNames = ReadonlyMap<number, readonly [queue: string, task: string]>;

/** Where the parts of a stored job begin that have no fixed length, and how long they are. */
interface Parts {
  readonly workerLength: number;
  readonly resultLength: number;
  readonly middleAt: number;
  readonly keyLength: number;
  readonly headersLength: number;
  readonly inputLength: number;
  readonly idLength: number;
}

function partsOf(value: Buffer): Parts {
  const workerLength = value.readUInt16LE(42);
  const resultLength = value.readUInt32LE(44);
  const middleAt = FRONT_BYTES + workerLength + resultLength;
  return {
    ...{ workerLength, resultLength, middleAt },
    keyLength: value.readUInt16LE(middleAt + 19),
    headersLength: value.readUInt32LE(middleAt + 21),
    inputLength: value.readUInt32LE(middleAt + 25),
    idLength: value.readUInt16LE(middleAt + 29),
  };
}

/** The job that was claimed, from what is stored of it. */
export function toClaimedJob(value: Buffer, lanes: LaneNames, parts: Parts = partsOf(value)): ClaimedJob {
  const [queue, task] = lanes.get(value.readUInt32LE(48)) ?? ["", ""];
  const { middleAt, keyLength, headersLength, inputLength, idLength } = parts;
  const headersAt = middleAt + MIDDLE_BYTES + keyLength;
  const inputAt = headersAt + headersLength;
  const idAt = inputAt + inputLength;
  return {
    id: value.toString("utf8", idAt, idAt + idLength),
    task,
    queue,
    priority: value[middleAt + 2] ?? 0,
    input: readPayload(value, inputAt, inputLength, value[middleAt + 1]),
    headers: readHeaders(value, headersAt, headersLength),
    ack: value[middleAt] === 1 ? "early" : "late",
    failures: value.readUInt32LE(6),
    crashes: value[5] ?? 0,
    fence: value.readUInt32LE(10),
    receipt: "",
    createdAt: value.readDoubleLE(middleAt + 3),
  };
}

/** The whole job, from what is stored of it, and what is kept beside it. */
export function toRecord(value: Buffer, more: ReadonlyMap<string, Buffer>, lanes: LaneNames): JobRecord {
  const parts = partsOf(value);
  const { receipt: _, ...claimed } = toClaimedJob(value, lanes, parts);
  const { workerLength, resultLength, middleAt, keyLength } = parts;
  const resultAt = FRONT_BYTES + workerLength;
  const keyAt = middleAt + MIDDLE_BYTES;
  const worker = value.toString("utf8", FRONT_BYTES, resultAt);
  return {
    ...claimed,
    state: stateNumbered(value[0] ?? 0),
    version: value.readUInt32LE(14),
    key: keyLength === 0 ? undefined : value.toString("utf8", keyAt, keyAt + keyLength),
    dueAt: readInstant(value, middleAt + 11),
    expiresAt: readInstant(value, 60),
    startedAt: readInstant(value, 18),
    finishedAt: readInstant(value, 26),
    worker: worker === "" ? undefined : worker,
    result: readPayload(value, resultAt, resultLength, value[3]),
    progress: readProgress(more.get("p")),
    error: readError(worker, more),
    revocation: readRevocation(more),
  };
}

function readPayload(value: Buffer, at: number, length: number, kind: number | undefined): Payload | undefined {
  if (kind === PAYLOAD_TEXT) return value.toString("utf8", at, at + length);
  // A copy: the buffer is shared with whatever else the reply held.
  return kind === PAYLOAD_BYTES ? new Uint8Array(value.subarray(at, at + length)) : undefined;
}

function readHeaders(value: Buffer, at: number, length: number): Readonly<Record<string, string>> | undefined {
  return length === 0 ? undefined : JSON.parse(value.toString("utf8", at, at + length));
}

function readInstant(value: Buffer, at: number): number | undefined {
  const instant = value.readDoubleLE(at);
  return instant === -1 ? undefined : instant;
}

/** A byte that says which kind of payload follows. */
function readProgress(stored: Buffer | undefined): Payload | undefined {
  return stored === undefined ? undefined : readPayload(stored, 1, stored.length - 1, stored[0]);
}

/** Of a lost worker only the reason is stored. */
function readError(worker: string, more: ReadonlyMap<string, Buffer>): ErrorRecord | undefined {
  const reason = more.get("l")?.toString();
  if (reason === "early" || reason === "crashes") return workerLost(worker, reason);
  const error = more.get("e");
  return error === undefined ? undefined : JSON.parse(error.toString());
}

function readRevocation(more: ReadonlyMap<string, Buffer>): Revocation | undefined {
  const by = more.get("b")?.toString();
  if (by === "expiry") return EXPIRY;
  return by === "caller" || by === "handler" ? { by, reason: more.get("r")?.toString() ?? "" } : undefined;
}
