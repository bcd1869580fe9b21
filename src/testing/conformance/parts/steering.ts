import assert from "node:assert/strict";
import type { BulkReply } from "../../../engine/inspect.ts";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { sortSkipped } from "../trial.ts";
import { discarded, failed } from "../worker.ts";

const hour = { afterMs: 3_600_000 };

export const steeringTests: readonly ConformanceTest[] = definePart("steering", {
  "retry makes failed and revoked jobs ready, their failures forgotten": async (trial) => {
    const ids = await trial.push({ input: "kept" }, {});
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("error"));
    await worker.settle(await worker.claimOne(), discarded("gone"));
    const reply = await trial.engine.inspect.retry({ selection: { ids }, dryRun: false });
    assert.deepEqual(reply, { changed: 2, skipped: [] });
    for (const id of ids) {
      const expected = { state: "ready", failures: 0, crashes: 0, finishedAt: undefined, revocation: undefined };
      assert.partialDeepStrictEqual(await trial.get(id), expected);
    }
    const job = await worker.claimOne();
    assert.equal(job.fence, 2, "an old claim stays stale");
    await worker.succeed(job);
  },

  "retry keeps what the job was": async (trial) => {
    const headers = { a: "b" };
    const given = { input: '{"a":1}', headers, priority: 8, queue: "mail", ack: "early" as const };
    const id = await trial.pushOne(given);
    const worker = await trial.worker();
    const first = await worker.claimOne();
    await worker.settle(first, failed("error"));
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    assert.partialDeepStrictEqual(await worker.claimOne(), { id, ...given, createdAt: first.createdAt });
  },

  "retry leaves other jobs alone": async (trial) => {
    const ids = await trial.push({}, {}, { due: hour });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    const unknown = newId();
    const reply = await trial.engine.inspect.retry({ selection: { ids: [...ids, unknown] }, dryRun: false });
    const skipped: BulkReply["skipped"] = [
      ...ids.map((id) => ({ id, reason: "wrong-state" as const })),
      { id: unknown, reason: "not-found" },
    ];
    assert.deepEqual(sortSkipped(reply), sortSkipped({ changed: 0, skipped }));
    assert.deepEqual(await trial.states(ids), ["succeeded", "ready", "scheduled"]);
  },

  "retry by filter, after a dry run": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 5 }, () => ({})));
    const worker = await trial.worker();
    for (const job of await worker.claim(3)) await worker.settle(job, failed("error"));
    const selection = { filter: { states: ["failed"], tasks: ["task"] } } as const;
    assert.deepEqual(await trial.engine.inspect.retry({ selection, dryRun: true }), { changed: 3, skipped: [] });
    assert.deepEqual(await trial.states(ids), ["failed", "failed", "failed", "ready", "ready"]);
    assert.deepEqual(await trial.engine.inspect.retry({ selection, dryRun: false }), { changed: 3, skipped: [] });
    assert.equal(await trial.engine.inspect.count({ states: ["ready"] }), 5);
  },

  "remove takes jobs away that are not active": async (trial) => {
    const ids = await trial.push({}, {}, {}, { due: hour });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    const active = await worker.claimOne();
    const unknown = newId();
    const reply = await trial.engine.inspect.remove({ selection: { ids: [...ids, unknown] }, dryRun: false });
    const skipped: BulkReply["skipped"] = [
      { id: active.id, reason: "wrong-state" },
      { id: unknown, reason: "not-found" },
    ];
    assert.deepEqual(sortSkipped(reply), sortSkipped({ changed: 3, skipped }));
    assert.deepEqual(await trial.states(ids), [undefined, "active", undefined, undefined]);
    await worker.succeed(active);
    assert.deepEqual(await worker.claim(5), []);
  },

  "remove by filter, after a dry run": async (trial) => {
    await trial.push({ task: "a" }, { task: "a", due: hour }, { task: "b" });
    const selection = { filter: { tasks: ["a"] } };
    assert.deepEqual(await trial.engine.inspect.remove({ selection, dryRun: true }), { changed: 2, skipped: [] });
    assert.equal(await trial.engine.inspect.count({}), 3);
    assert.deepEqual(await trial.engine.inspect.remove({ selection, dryRun: false }), { changed: 2, skipped: [] });
    assert.equal(await trial.engine.inspect.count({}), 1);
  },

  "a filter that fits nothing changes nothing": async (trial) => {
    await trial.push({}, {});
    const { inspect } = trial.engine;
    for (const filter of [{ tasks: [] }, { queues: [] }, { states: [] }, { tasks: ["none"] }]) {
      const request = { selection: { filter }, dryRun: false };
      assert.deepEqual(await inspect.remove(request), { changed: 0, skipped: [] });
      assert.deepEqual(await inspect.revoke({ ...request, reason: "x", retainMs: 1 }), { changed: 0, skipped: [] });
    }
    assert.equal(await inspect.count({ states: ["ready"] }), 2);
  },

  "a removed id can be pushed again": async (trial) => {
    const id = await trial.pushOne();
    await trial.engine.inspect.remove({ selection: { ids: [id] }, dryRun: false });
    const reply = await trial.tryPush([{ id }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "created" }] });
  },

  "purge empties a queue of what waits": async (trial) => {
    const ids = await trial.push({}, {}, { due: hour }, { queue: "other" });
    const worker = await trial.worker();
    const active = await worker.claimOne({ queues: ["queue"] });
    assert.deepEqual(await trial.engine.inspect.purge({ queue: "queue", dryRun: true }), { removed: 2 });
    assert.equal(await trial.engine.inspect.count({}), 4);
    assert.deepEqual(await trial.engine.inspect.purge({ queue: "queue", dryRun: false }), { removed: 2 });
    assert.deepEqual(await trial.states(ids), ["active", undefined, undefined, "ready"]);
    await worker.succeed(active);
    assert.deepEqual(await trial.engine.inspect.purge({ queue: "none", dryRun: false }), { removed: 0 });
  },

  "purge leaves finished jobs": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    assert.deepEqual(await trial.engine.inspect.purge({ queue: "queue", dryRun: false }), { removed: 0 });
    assert.deepEqual(await trial.states([id]), ["succeeded"]);
  },

  "a queue can be paused before it has jobs, and twice": async (trial) => {
    await trial.engine.inspect.pause("queue");
    await trial.engine.inspect.pause("queue");
    await trial.pushOne();
    const worker = await trial.worker();
    assert.deepEqual(await worker.claim(1), []);
    assert.equal((await trial.queue()).paused, true);
    await trial.engine.inspect.resume("queue");
    await trial.engine.inspect.resume("queue");
    await trial.engine.inspect.resume("never paused");
    await worker.succeed(await worker.claimOne());
  },
});
