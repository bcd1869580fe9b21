import type { ClaimedJob, FilledSlot, JobRecord, Payload } from "../../../kernel/job.ts";
import { readError, readRevocation } from "./ending.ts";
import { readNode } from "./node.ts";
import { readPayload } from "./payload.ts";
import { stateNumbered } from "./states.ts";

// A job as `scripts/lib/job.lua` packs it: a front of fixed length, worker and result, a middle of fixed length, then key,
// headers, input and id, and its node where it has one.
const FRONT_BYTES = 68;
const MIDDLE_BYTES = 31;
const FLAG_NODE = 8;

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

/** The job that was claimed, from what is stored of it, and the slots of one that is part of a workflow. */
export function toClaimedJob(value: Buffer, lanes: LaneNames, filled: readonly FilledSlot[] | undefined): ClaimedJob {
  const job = readJob(value, lanes, partsOf(value));
  return filled === undefined ? job : { ...job, filled };
}

function readJob(value: Buffer, lanes: LaneNames, parts: Parts): ClaimedJob {
  const [queue, task] = lanes.get(value.readUInt32LE(48)) ?? ["", ""];
  const { middleAt, keyLength, headersLength, inputLength, idLength } = parts;
  const headersAt = middleAt + MIDDLE_BYTES + keyLength;
  const inputAt = headersAt + headersLength;
  const idAt = inputAt + inputLength;
  const nodeAt = idAt + idLength;
  const job = {
    id: value.toString("utf8", idAt, nodeAt),
    task,
    queue,
    priority: value[middleAt + 2] ?? 0,
    input: readPayload(value, inputAt, inputLength, value[middleAt + 1]),
    headers: readHeaders(value, headersAt, headersLength),
    ack: value[middleAt] === 1 ? ("early" as const) : ("late" as const),
    failures: value.readUInt32LE(6),
    crashes: value[5] ?? 0,
    fence: value.readUInt32LE(10),
    receipt: "",
    createdAt: value.readDoubleLE(middleAt + 3),
  };
  return (value[4] ?? 0) < FLAG_NODE ? job : { ...job, node: readNode(value, nodeAt) };
}

/** The whole job, from what is stored of it, and what is kept beside it. */
export function toRecord(value: Buffer, more: ReadonlyMap<string, Buffer>, lanes: LaneNames): JobRecord {
  const parts = partsOf(value);
  const { receipt: _, ...claimed } = readJob(value, lanes, parts);
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
    error: readError(textOf(more, "l"), textOf(more, "w") ?? worker, textOf(more, "e")),
    revocation: readRevocation(textOf(more, "b"), textOf(more, "r") ?? ""),
    node: claimed.node,
    upstream: textOf(more, "u"),
  };
}

function readHeaders(value: Buffer, at: number, length: number): Readonly<Record<string, string>> | undefined {
  return length === 0 ? undefined : JSON.parse(value.toString("utf8", at, at + length));
}

function readInstant(value: Buffer, at: number): number | undefined {
  const instant = value.readDoubleLE(at);
  return instant === -1 ? undefined : instant;
}

function textOf(more: ReadonlyMap<string, Buffer>, field: string): string | undefined {
  return more.get(field)?.toString();
}

/** A byte that says which kind of payload follows. */
function readProgress(stored: Buffer | undefined): Payload | undefined {
  return stored === undefined ? undefined : readPayload(stored, 1, stored.length - 1, stored[0]);
}
