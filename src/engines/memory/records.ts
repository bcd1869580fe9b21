import type { DueRecords, Records, StoredRecord } from "../../engine/index.ts";
import type { Store } from "./store.ts";

export function createRecords(store: Store): Records {
  const { records } = store;
  return {
    async get(kind, ids) {
      const now = store.enter();
      return ids.map((id) => records.get(kind, id, now));
    },
    async list({ kind, cursor = "", limit }) {
      const after = records.all(kind, store.enter()).filter(({ id }) => id > cursor);
      return after.toSorted((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
    },
    async due({ kind, max }) {
      const now = store.enter();
      return dueOf(records.all(kind, now), max, now);
    },
    async write(writes, jobs) {
      const now = store.enter();
      const stale = writes.find(({ kind, id, expected }) => (records.get(kind, id, now)?.version ?? 0) !== expected);
      if (stale !== undefined) return { status: "conflict", kind: stale.kind, id: stale.id };
      const plan = store.push.plan(jobs, {}, now);
      if (plan instanceof Error) throw plan;
      for (const write of writes) records.apply(write, now);
      store.push.carryOut(plan, now);
      return { status: "written" };
    },
  };
}

function dueOf(records: readonly StoredRecord[], max: number, nowMs: number): DueRecords {
  const planned = records.flatMap((record) => (record.dueAt === undefined ? [] : [{ record, dueAt: record.dueAt }]));
  planned.sort((one, other) => one.dueAt - other.dueAt);
  const due = planned.filter(({ dueAt }) => dueAt <= nowMs).slice(0, max);
  const next = planned[due.length]?.dueAt;
  return {
    records: due.map(({ record }) => record),
    nowMs,
    nextDueInMs: next === undefined ? undefined : Math.max(0, next - nowMs),
  };
}
