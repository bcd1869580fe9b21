import type { DueRecords, Records, RecordWrite, StoredRecord } from "../../engine/index.ts";
import { instantOf } from "./jobs/job.ts";
import type { Store } from "./store.ts";

export interface Row extends StoredRecord {
  readonly goneAt: number;
}

/** By kind, then by id. */
export type Rows = Map<string, Map<string, Row>>;

export function createRecords(store: Store): Records {
  const rows: Rows = store.records;
  const live = (kind: string, now: number): Row[] =>
    [...(rows.get(kind)?.values() ?? [])].filter(({ goneAt }) => goneAt > now);
  const find = (kind: string, id: string, now: number): Row | undefined => {
    const row = rows.get(kind)?.get(id);
    return row !== undefined && row.goneAt > now ? row : undefined;
  };
  return {
    async get(kind, ids) {
      const now = store.enter();
      return ids.map((id) => find(kind, id, now)).map((row) => row && toRecord(row));
    },
    async list({ kind, cursor = "", limit }) {
      const after = live(kind, store.enter()).filter(({ id }) => id > cursor);
      return after
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .slice(0, limit)
        .map(toRecord);
    },
    async due({ kind, max }) {
      const now = store.enter();
      return dueOf(live(kind, now), max, now);
    },
    async write(writes, jobs) {
      const now = store.enter();
      const stale = writes.find(({ kind, id, expected }) => (find(kind, id, now)?.version ?? 0) !== expected);
      if (stale !== undefined) return { status: "conflict", kind: stale.kind, id: stale.id };
      const plan = store.push.plan(jobs, {}, now);
      if (plan instanceof Error) throw plan;
      for (const write of writes) apply(rows, write, now);
      store.push.carryOut(plan, now);
      return { status: "written" };
    },
  };
}

/** Removes records past their TTL. */
export function pruneRecords(rows: Rows, max: number, now: number): void {
  let left = max;
  for (const ofKind of rows.values()) {
    for (const { id, goneAt } of ofKind.values()) {
      if (left > 0 && goneAt <= now) {
        ofKind.delete(id);
        left -= 1;
      }
    }
  }
}

function apply(rows: Rows, write: RecordWrite, now: number): void {
  const { kind, id, expected } = write;
  const ofKind = rows.get(kind) ?? new Map<string, Row>();
  rows.set(kind, ofKind);
  if (write.value === undefined) {
    ofKind.delete(id);
    return;
  }
  const { value, due, ttlMs = Number.POSITIVE_INFINITY } = write;
  const dueAt = due === undefined ? undefined : instantOf(due, now);
  ofKind.set(id, { kind, id, version: expected + 1, value, dueAt, goneAt: now + ttlMs });
}

function dueOf(rows: readonly Row[], max: number, nowMs: number): DueRecords {
  const planned = rows.flatMap((row) => (row.dueAt === undefined ? [] : [{ row, dueAt: row.dueAt }]));
  planned.sort((one, other) => one.dueAt - other.dueAt);
  const due = planned.filter(({ dueAt }) => dueAt <= nowMs).slice(0, max);
  const next = planned[due.length]?.dueAt;
  return {
    records: due.map(({ row }) => toRecord(row)),
    nowMs,
    nextDueInMs: next === undefined ? undefined : Math.max(0, next - nowMs),
  };
}

function toRecord({ kind, id, version, value, dueAt }: Row): StoredRecord {
  return { kind, id, version, value, dueAt };
}
