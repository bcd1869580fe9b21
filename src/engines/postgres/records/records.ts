import type { DueRecords, Records, RecordWrite, StoredRecord, WriteReply } from "../../../engine/index.ts";
import { fromErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";
import { type Ask, OPERATION_MS, type Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { Lanes } from "../jobs/lanes.ts";
import { isStorable } from "../jobs/payload.ts";
import { type CheckedRequest, checkRequest, NO_DEADLINE, pushChecked } from "../jobs/push.ts";
import { encodeWrites, inOrder } from "./write-wire.ts";

/** What lives beside the jobs, in the table `stored_record`. */
export class PostgresRecords implements Records {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #lanes: Lanes;

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
    this.#lanes = new Lanes(pool, schema);
  }

  async get(kind: string, ids: readonly string[]): Promise<readonly (StoredRecord | undefined)[]> {
    const values = [kind, texts(ids.filter(isStorable))];
    const { rows } = await this.#pool.run({ text: readSql("records/get", this.#schema), values });
    const records = new Map(rows.map((row) => [String(row[0]), toRecord(kind, row)]));
    return ids.map((id) => records.get(id));
  }

  async list({ kind, cursor = "", limit }: Parameters<Records["list"]>[0]): Promise<readonly StoredRecord[]> {
    const values = [kind, cursor, Math.max(0, limit)];
    const { rows } = await this.#pool.run({ text: readSql("records/list", this.#schema), values });
    return rows.map((row) => toRecord(kind, row));
  }

  async due({ kind, max }: Parameters<Records["due"]>[0]): Promise<DueRecords> {
    // One more, which says when to ask again.
    const { rows } = await this.#pool.run({ text: readSql("records/due", this.#schema), values: [kind, max + 1] });
    const nowMs = Number(rows[0]?.[0]);
    const planned = rows.filter((row) => row[1] != null).map((row) => toRecord(kind, row.slice(1)));
    const records = planned.filter(({ dueAt }) => dueAt !== undefined && dueAt <= nowMs).slice(0, max);
    const next = planned[records.length]?.dueAt;
    return { records, nowMs, nextDueInMs: next === undefined ? undefined : Math.max(0, next - nowMs) };
  }

  /** @throws NotJson (`NOT_JSON`) for text that PostgreSQL cannot store, and what refuses a push, such as KeyConflict (`KEY_CONFLICT`). */
  async write(writes: readonly RecordWrite[], jobs: readonly NewJob[]): Promise<WriteReply> {
    const deadlineAt = Date.now() + OPERATION_MS;
    const request = checkRequest({ jobs, maxDepth: {}, deadlineAt: NO_DEADLINE });
    if (request instanceof LovageError) throw request;
    const ordered = inOrder(writes);
    const text = `SELECT ${this.#schema}.write_records($1, $2, $3, $4, $5, $6, $7)`;
    const statement = { text, values: encodeWrites(ordered) };
    await this.#lanes.know(jobs, deadlineAt);
    return this.#pool.transaction(async (ask) => {
      const { rows } = await ask(statement);
      const stale = ordered[Number(rows[0]?.[0] ?? 0) - 1];
      if (stale !== undefined) return { status: "conflict", kind: stale.kind, id: stale.id };
      if (request.jobs.length > 0) await this.#push(request, ask);
      return { status: "written" };
    }, deadlineAt);
  }

  async #push(request: CheckedRequest, ask: Ask): Promise<void> {
    const context = { schema: this.#schema, lanes: this.#lanes, deadlineAt: NO_DEADLINE };
    const [reply] = await pushChecked([request], context, (statements) => Promise.all(statements.map(ask)));
    if (reply?.status === "refused") throw fromErrorRecord(reply.error);
  }
}

function toRecord(kind: string, [id, version, value, dueAt]: Row): StoredRecord {
  return {
    kind,
    id: String(id),
    version: Number(version),
    value: String(value),
    dueAt: dueAt == null ? undefined : Number(dueAt),
  };
}
