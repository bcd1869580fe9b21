import assert from "node:assert/strict";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, pushRequest, refusalOf } from "../trial.ts";

export const pushTests: readonly ConformanceTest[] = definePart("push", {
  "stores a job as it was given": async (trial) => {
    const headers = { "trace-id": "7", ünïcode: "☂" };
    const key = { key: "key", inputHash: "hash", ttlMs: 60_000 };
    const id = await trial.pushOne({ priority: 7, input: '{"a":[1]}', headers, ack: "early", key, queue: "mail" });
    assert.partialDeepStrictEqual(await trial.get(id), {
      ...{ id, task: "task", queue: "mail", state: "ready", priority: 7, input: '{"a":[1]}', headers, ack: "early" },
      ...{ key: "key", failures: 0, crashes: 0, fence: 0, dueAt: undefined, expiresAt: undefined },
      ...{ startedAt: undefined, finishedAt: undefined, worker: undefined, progress: undefined, result: undefined },
      ...{ error: undefined, revocation: undefined },
    });
  },

  "a job without input or headers has none": async (trial) => {
    const id = await trial.pushOne({ input: undefined, headers: undefined });
    assert.partialDeepStrictEqual(await trial.get(id), { input: undefined, headers: undefined, key: undefined });
  },

  "answers for each job, in order": async (trial) => {
    const jobs = Array.from({ length: 1_000 }, () => newJob());
    const reply = await trial.tryPush(jobs);
    const expected = jobs.map(({ id }) => ({ id, outcome: "created" }));
    assert.deepEqual(reply, { status: "stored", jobs: expected });
    assert.equal(await trial.engine.inspect.count({ states: ["ready"] }), 1_000);
  },

  "an id that is there already changes nothing": async (trial) => {
    const id = await trial.pushOne({ input: "1" });
    const again = await trial.tryPush([{ id, input: "2", queue: "other" }]);
    assert.deepEqual(again, { status: "stored", jobs: [{ id, outcome: "existing" }] });
    assert.partialDeepStrictEqual(await trial.get(id), { input: "1", queue: "queue", version: 1 });
  },

  "an id twice in one request is stored once": async (trial) => {
    const job = newJob();
    const reply = await trial.tryPush([job, job]);
    const { id } = job;
    const outcomes = [
      { id, outcome: "created" },
      { id, outcome: "existing" },
    ];
    assert.deepEqual(reply, { status: "stored", jobs: outcomes });
    assert.equal(await trial.engine.inspect.count({}), 1);
  },

  "the id of a finished job is there, too": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    const again = await trial.tryPush([{ id }]);
    assert.deepEqual(again, { status: "stored", jobs: [{ id, outcome: "existing" }] });
    assert.deepEqual(await trial.states([id]), ["succeeded"]);
  },

  "a request is stored wholly or not at all, and its neighbours are not touched": async (trial) => {
    await trial.push({ key: { key: "key", inputHash: "one", ttlMs: 60_000 } });
    const [before, within, after] = [newId(), newId(), newId()];
    const conflict = { key: { key: "key", inputHash: "two", ttlMs: 60_000 } };
    const replies = await trial.engine.jobs.push([
      pushRequest([{ id: before }]),
      pushRequest([{ id: within }, conflict]),
      pushRequest([{ id: after }]),
    ]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      ["stored", "refused", "stored"],
    );
    assert.deepEqual(await trial.states([before, within, after]), ["ready", undefined, "ready"]);
  },

  "nothing is stored past the deadline": async (trial) => {
    const [late, inTime] = [newId(), newId()];
    const replies = await trial.engine.jobs.push([
      pushRequest([{ id: late }], { deadlineAt: 1 }),
      pushRequest([{ id: inTime }]),
    ]);
    const [refused, stored] = replies;
    assert.ok(refused !== undefined && refusalOf(refused) === "ENGINE_TIMEOUT");
    assert.equal(stored?.status, "stored");
    assert.deepEqual(await trial.states([late, inTime]), [undefined, "ready"]);
  },

  "an empty push is none": async (trial) => {
    assert.deepEqual(await trial.engine.jobs.push([]), []);
    assert.deepEqual(await trial.tryPush([]), { status: "stored", jobs: [] });
  },

  "pushes at the same time are all stored": async (trial) => {
    const ids = (await Promise.all(Array.from({ length: 200 }, () => trial.push({}, {})))).flat();
    assert.equal(new Set(ids).size, 400);
    assert.equal(await trial.engine.inspect.count({ states: ["ready"] }), 400);
  },

  "what is no transaction is refused as one": async (trial) => {
    for (const transaction of [{}, undefined, "tx"]) {
      const refusal = trial.engine.jobs.pushWithin(transaction, pushRequest([{}]));
      await assert.rejects(refusal, { code: "TRANSACTION_UNSUPPORTED" });
    }
    assert.equal(await trial.engine.inspect.count({}), 0);
  },
});
