import assert from "node:assert/strict";
import type { Records, RecordWrite, StoredRecord } from "../../../engine/records.ts";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, type Trial } from "../trial.ts";

const hour = 3_600_000;
const kind = "schedule";
const written = { status: "written" } as const;

export const recordTests: readonly ConformanceTest[] = definePart("records", {
  "a record that was written can be read, in this version": async (trial) => {
    const records = recordsOf(trial);
    const value = '{"every":"10s","name":"é 😀"}';
    assert.deepEqual(await records.write([put("a", 0, { value, due: { at: 5_000 } })], []), written);
    const stored: StoredRecord = { kind, id: "a", version: 1, value, dueAt: 5_000 };
    assert.deepEqual(await records.get(kind, ["a", "b"]), [stored, undefined]);
    assert.deepEqual(await records.get("endpoint", ["a"]), [undefined]);
    assert.deepEqual(await records.get(kind, []), []);
  },

  "a write counts the version up; one that was decided on another version is refused": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0)], []);
    assert.deepEqual(await records.write([put("a", 1, { value: "2" })], []), written);
    for (const stale of [0, 1, 3]) {
      assert.deepEqual(await records.write([put("a", stale)], []), { status: "conflict", kind, id: "a" });
      assert.deepEqual(await records.write([remove("a", stale)], []), { status: "conflict", kind, id: "a" });
    }
    assert.deepEqual(await records.write([put("b", 1)], []), { status: "conflict", kind, id: "b" });
    assert.partialDeepStrictEqual(await records.get(kind, ["a"]), [{ version: 2, value: "2" }]);
  },

  "several writes are one": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0), put("b", 0)], []);
    assert.deepEqual(await records.write([put("a", 1), remove("b", 7)], []), { status: "conflict", kind, id: "b" });
    assert.partialDeepStrictEqual(await records.get(kind, ["a", "b"]), [{ version: 1 }, { version: 1 }]);
    assert.deepEqual(await records.write([put("a", 1), remove("b", 1), put("c", 0)], []), written);
    const versions = (await records.get(kind, ["a", "b", "c"])).map((record) => record?.version);
    assert.deepEqual(versions, [2, undefined, 1]);
  },

  "a removed record can be made again": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0)], []);
    await records.write([put("a", 1)], []);
    await records.write([remove("a", 2)], []);
    assert.deepEqual(await records.write([put("a", 0, { value: "new" })], []), written);
    assert.partialDeepStrictEqual(await records.get(kind, ["a"]), [{ version: 1, value: "new" }]);
  },

  "jobs are pushed with the writes, or not at all": async (trial) => {
    const records = recordsOf(trial);
    const [first, second] = [newId(), newId()];
    assert.deepEqual(await records.write([put("a", 0)], [newJob({ id: first })]), written);
    assert.equal((await trial.get(first)).state, "ready");
    const job = newJob({ id: second });
    assert.deepEqual(await records.write([put("a", 0)], [job]), { status: "conflict", kind, id: "a" });
    assert.deepEqual(await trial.states([second]), [undefined]);
    assert.deepEqual(await records.write([put("a", 1)], [newJob({ id: first, input: "2" })]), written);
    assert.equal((await trial.get(first)).input, '{"value":1}');
  },

  "a job pushed with a write wakes a worker": async (trial) => {
    const records = recordsOf(trial);
    const worker = await trial.worker();
    const arrived = trial.engine.jobs.arrival({ tasks: ["task"], queues: undefined }, AbortSignal.timeout(60_000));
    // Whatever comes after in this engine's line finds the wait in place.
    await trial.engine.inspect.get([]);
    const id = newId();
    await records.write([put("a", 0)], [newJob({ id })]);
    await arrived;
    assert.equal((await worker.claimOne()).id, id);
  },

  "of many who write at once on one version, one does": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0)], []);
    const tries = Array.from({ length: 20 }, (_, index) => {
      const id = newId();
      return { id, reply: records.write([put("a", 1, { value: String(index) })], [newJob({ id })]) };
    });
    const statuses = await Promise.all(tries.map(async ({ reply }) => (await reply).status));
    assert.equal(statuses.filter((status) => status === "written").length, 1);
    const winner = statuses.indexOf("written");
    assert.partialDeepStrictEqual(await records.get(kind, ["a"]), [{ version: 2, value: String(winner) }]);
    const states = await trial.states(tries.map(({ id }) => id));
    assert.deepEqual(
      states.map((state) => state !== undefined),
      tries.map((_, index) => index === winner),
    );
  },

  "the list is in the order of the ids, page by page, of one kind": async (trial) => {
    const records = recordsOf(trial);
    for (const id of ["c", "a", "e", "b", "d"]) await records.write([put(id, 0)], []);
    await records.write([{ ...put("f", 0), kind: "endpoint" }], []);
    const page = async (cursor: string | undefined): Promise<readonly string[]> =>
      (await records.list({ kind, cursor, limit: 2 })).map(({ id }) => id);
    assert.deepEqual(await page(undefined), ["a", "b"]);
    assert.deepEqual(await page("b"), ["c", "d"]);
    assert.deepEqual(await page("d"), ["e"]);
    assert.deepEqual(await page("e"), []);
  },

  "those that are due come first due first, and no more than asked for": async (trial) => {
    const records = recordsOf(trial);
    const now = await trial.now();
    for (const [id, at] of [
      ["c", 3],
      ["a", 1],
      ["b", 2],
    ] as const)
      await records.write([put(id, 0, { due: { at } })], []);
    await records.write([put("later", 0, { due: { at: now + hour } }), put("never", 0)], []);
    const two = await records.due({ kind, max: 2 });
    assert.deepEqual(
      two.records.map(({ id }) => id),
      ["a", "b"],
    );
    assert.equal(two.nextDueInMs, 0);
    const all = await records.due({ kind, max: 10 });
    assert.deepEqual(
      all.records.map(({ id }) => id),
      ["a", "b", "c"],
    );
    assert.ok(all.nowMs >= now, `the clock ran back from ${now} to ${all.nowMs}`);
    assert.ok((all.nextDueInMs ?? 0) <= hour && (all.nextDueInMs ?? 0) > hour - 60_000, `in ${all.nextDueInMs} ms`);
    assert.deepEqual((await records.due({ kind: "endpoint", max: 10 })).records, []);
    assert.equal((await records.due({ kind: "endpoint", max: 10 })).nextDueInMs, undefined);
  },

  "a write moves the time at which it is due, or ends it": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0, { due: { at: 1 } }), put("b", 0, { due: { at: 1 } })], []);
    await records.write([put("a", 1, { due: { afterMs: hour } }), put("b", 1)], []);
    const due = await records.due({ kind, max: 10 });
    assert.deepEqual(due.records, []);
    assert.ok((due.nextDueInMs ?? 0) > hour - 60_000);
    const [record] = await records.get(kind, ["b"]);
    assert.equal(record?.dueAt, undefined);
  },

  "a record past its time is not there, and can be made again": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0, { ttlMs: 100, due: { at: 1 } }), put("b", 0, { ttlMs: hour })], []);
    await trial.until("it is gone", async () => (await records.get(kind, ["a"]))[0] === undefined);
    assert.deepEqual(
      (await records.list({ kind, cursor: undefined, limit: 10 })).map(({ id }) => id),
      ["b"],
    );
    assert.deepEqual((await records.due({ kind, max: 10 })).records, []);
    await trial.engine.upkeep.prune({ max: 10, maxFinished: 10 });
    assert.deepEqual(await records.write([put("a", 0)], []), written);
    const versions = (await records.get(kind, ["a", "b"])).map((record) => record?.version);
    assert.deepEqual(versions, [1, 1]);
  },

  "records are of their namespace": async (trial) => {
    const records = recordsOf(trial);
    await records.write([put("a", 0)], []);
    const other = (await trial.open({ namespace: `${trial.reference.namespace}_b` })).records;
    assert.ok(other !== undefined);
    assert.deepEqual(await other.get(kind, ["a"]), [undefined]);
    assert.deepEqual(await other.write([put("a", 0, { due: { at: 1 } })], []), written);
    assert.deepEqual((await records.due({ kind, max: 10 })).records, []);
  },

  "large values and odd ids are kept as they are": async (trial) => {
    const records = recordsOf(trial);
    const value = JSON.stringify("x".repeat(100_000));
    const ids = ["with space", "a:b{c}", "ünï 😀", "*?[a]", "x".repeat(200)];
    await records.write(
      ids.map((id) => put(id, 0, { value })),
      [],
    );
    const found = await records.get(kind, ids);
    assert.deepEqual(
      found.map((record) => record?.id),
      ids,
    );
    assert.ok(found.every((record) => record?.value === value));
  },
});

function recordsOf(trial: Trial): Records {
  const { records } = trial.engine;
  assert.ok(records !== undefined, "the engine keeps records");
  return records;
}

type Put = Extract<RecordWrite, { value: string }>;

function put(id: string, expected: number, more: Partial<Put> = {}): Put {
  return { kind, id, expected, value: "1", due: undefined, ttlMs: undefined, ...more };
}

function remove(id: string, expected: number): RecordWrite {
  return { kind, id, expected, value: undefined };
}
