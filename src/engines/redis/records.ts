import type { DueRecords, Records, RecordWrite, StoredRecord, WriteReply } from "../../engine/index.ts";
import type { NewJob } from "../../kernel/job.ts";
import { illFormed } from "./errors.ts";
import { skipMarks } from "./history.ts";
import { writeWhen } from "./jobs/payload.ts";
import { readRefusalError } from "./jobs/refusal.ts";
import { checkJob, shapeJobs, writeShapedJobs } from "./jobs/shapes.ts";
import type { Store } from "./store.ts";
import type { Reader } from "./wire/reader.ts";
import { pack, type Writer } from "./wire/writer.ts";

const VALUES_PER_WRITE = 7;
// Version, when it is due and when it goes, as `scripts/lib/records.lua` packs them.
const HEAD_BYTES = 20;
const NONE = -1;

/** Records, with the pushes that belong to a write of theirs. */
export class RedisRecords implements Records {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async get(kind: string, ids: readonly string[]): Promise<readonly (StoredRecord | undefined)[]> {
    const request = pack((writer) => writer.array(2).text(kind).texts(ids));
    const reader = await this.#store.commands.run("record-get", request);
    reader.array();
    return ids.map((id) => toRecord(kind, id, reader.bytes()));
  }

  async list({ kind, cursor, limit }: Parameters<Records["list"]>[0]): Promise<readonly StoredRecord[]> {
    const request = pack((writer) => {
      writer.array(3).text(kind);
      if (cursor === undefined) writer.boolean(false);
      else writer.text(cursor);
      writer.number(limit);
    });
    return readRecords(kind, await this.#store.commands.run("record-list", request));
  }

  async due({ kind, max }: Parameters<Records["due"]>[0]): Promise<DueRecords> {
    const request = pack((writer) => writer.array(2).text(kind).number(max));
    const reader = await this.#store.commands.run("record-due", request);
    reader.array();
    const records = readRecords(kind, reader);
    const [nowMs, nextDueInMs] = [reader.number(), reader.number()];
    return { records, nowMs, nextDueInMs: nextDueInMs === NONE ? undefined : nextDueInMs };
  }

  /** `letters`: posted together with the writes, for other partitions. */
  async write(
    writes: readonly RecordWrite[],
    jobs: readonly NewJob[],
    letters: readonly Buffer[] = [],
  ): Promise<WriteReply> {
    for (const job of jobs) checkJob(job);
    for (const write of writes) checkValue(write);
    const request = pack((writer) => {
      writer.array(4).array(writes.length * VALUES_PER_WRITE);
      for (const write of writes) writeRecord(writer, write);
      writeShapedJobs(writer, shapeJobs(jobs));
      writer.array(letters.length);
      for (const letter of letters) writer.bytes(letter);
    });
    return readReply(writes, await this.#store.runDurably("record-write", request));
  }
}

/** @throws NotJson (`NOT_JSON`) */
function checkValue({ kind, id, value }: RecordWrite): void {
  if (value !== undefined && !value.isWellFormed()) throw illFormed(`The value of the ${kind} "${id}"`);
}

function writeRecord(writer: Writer, write: RecordWrite): void {
  writer.text(write.kind).text(write.id).number(write.expected);
  if (write.value === undefined) {
    writer.boolean(false).number(0).number(0).number(NONE);
    return;
  }
  writer.text(write.value);
  writeWhen(writer, write.due);
  writer.number(write.ttlMs ?? NONE);
}

/** @throws KeyConflict (`KEY_CONFLICT`) where a job of the write is refused. */
function readReply(writes: readonly RecordWrite[], reader: Reader): WriteReply {
  skipMarks(reader);
  if (reader.skipFalse()) return { status: "written" };
  if (!reader.isNumber) throw readRefusalError(reader);
  const stale = writes[reader.number()];
  if (stale === undefined) throw new RangeError("A conflict is with none of the records that were to be written.");
  return { status: "conflict", kind: stale.kind, id: stale.id };
}

function readRecords(kind: string, reader: Reader): StoredRecord[] {
  const records = Array.from({ length: reader.array() / 2 }, () => toRecord(kind, reader.text(), reader.bytes()));
  return records.filter((record) => record !== undefined);
}

function toRecord(kind: string, id: string, stored: Buffer): StoredRecord | undefined {
  if (stored.length === 0) return undefined;
  const dueAt = stored.readDoubleLE(4);
  return {
    ...{ kind, id },
    version: stored.readUInt32LE(0),
    value: stored.toString("utf8", HEAD_BYTES),
    dueAt: dueAt === NONE ? undefined : dueAt,
  };
}
