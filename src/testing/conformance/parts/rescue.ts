import assert from "node:assert/strict";
import { workerLost } from "../../../engine/endings.ts";
import type { RescuedJob } from "../../../engine/liveness.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { RETAIN_MS, retried, succeeded, type TestWorker } from "../worker.ts";

export const rescueTests: readonly ConformanceTest[] = definePart("rescue", {
  "a lost worker's jobs are ready again, with one crash more": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.claimOne();
    const rescued = await trial.lose(worker);
    assert.deepEqual(rescued, [{ id, task: "task", worker: worker.id, crashes: 1, state: "ready" }]);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "ready", crashes: 1, failures: 0, fence: 1 });
    assert.partialDeepStrictEqual(await (await trial.worker()).claimOne(), { id, crashes: 1, fence: 2 });
  },

  "a full lease after the last beat is enough": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.claimOne();
    await trial.rescueFrom(worker);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "ready", crashes: 1 });
  },

  "a worker that beats is not rescued from": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    for (let passedMs = 0; passedMs < 2 * trial.leaseMs; passedMs += trial.leaseMs / 20) {
      assert.partialDeepStrictEqual(await worker.beat([job]), { known: true, lost: [] });
      assert.deepEqual(await trial.rescue(), []);
      await trial.pass(trial.leaseMs / 20);
    }
    assert.partialDeepStrictEqual(await trial.get(id), { state: "active", crashes: 0 });
  },

  "nobody rescues before its own lease has held for one lease": async (trial) => {
    const id = await trial.pushOne();
    const lost = await trial.worker({ leaseMs: 1 });
    await lost.claimOne();
    await trial.pass(5);
    const rescuer = await trial.worker({ leaseMs: 60_000 });
    assert.deepEqual(await rescueBy(trial, rescuer), []);
    await rescuer.beat([]);
    assert.deepEqual(await rescueBy(trial, rescuer), []);
    assert.deepEqual(await rescueBy(trial, lost), []);
    assert.deepEqual(await trial.states([id]), ["active"]);
  },

  "a gap in the rescuer's own lease begins its wait anew": async (trial) => {
    const id = await trial.pushOne();
    const rescuer = await trial.worker({ leaseMs: 100 });
    await trial.pass(150);
    const lost = await trial.worker({ leaseMs: 1 });
    await lost.claimOne();
    await trial.pass(5);
    // Registered for longer than its lease, but not without a gap.
    assert.partialDeepStrictEqual(await rescuer.beat([]), { known: true });
    assert.deepEqual(await rescueBy(trial, rescuer), []);
    assert.deepEqual(await trial.states([id]), ["active"]);
  },

  "a worker that comes back in time keeps its jobs": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker({ leaseMs: 1 });
    const job = await worker.claimOne();
    await trial.pass(5);
    worker.leaseMs = 60_000;
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked: [], reclaimed: 0 });
    await worker.succeed(job);
  },

  "the settlement of a zombie is refused, and its beat tells it": async (trial) => {
    const id = await trial.pushOne();
    const zombie = await trial.worker();
    const old = await zombie.claimOne();
    await trial.lose(zombie);
    assert.deepEqual(await zombie.settle(old, succeeded("zombie")), { status: "stale" });
    const worker = await trial.worker();
    const current = await worker.claimOne();
    assert.deepEqual(await zombie.settle(old, retried("zombie", 0)), { status: "stale" });
    assert.partialDeepStrictEqual(await zombie.beat([old]), { known: false, lost: [id], reclaimed: 0 });
    await worker.succeed(current, "live");
    assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", result: "live", fence: 2, crashes: 1 });
  },

  "a rescue is bounded": async (trial) => {
    await trial.push(...Array.from({ length: 7 }, () => ({})));
    const worker = await trial.worker({ leaseMs: 1 });
    await worker.claim(7);
    const counts: number[] = [];
    await trial.until("all are rescued", async () => {
      const { length } = await trial.rescue(3);
      if (length > 0) counts.push(length);
      return counts.reduce((sum, count) => sum + count, 0) === 7;
    });
    assert.deepEqual(counts, [3, 3, 1]);
  },

  "rescuing at the same time counts one crash": async (trial) => {
    await trial.push(...Array.from({ length: 20 }, () => ({})));
    const worker = await trial.worker({ leaseMs: 1 });
    await worker.claim(20);
    const rescued: RescuedJob[] = [];
    await trial.until("all are rescued", async () => {
      const lists = await Promise.all([trial.rescue(), trial.rescue(), trial.rescue()]);
      rescued.push(...lists.flat());
      return rescued.length >= 20;
    });
    assert.equal(rescued.length, 20);
    assert.equal(new Set(rescued.map(({ id }) => id)).size, 20);
    assert.ok(rescued.every(({ crashes }) => crashes === 1));
  },

  "an early job of a lost worker has failed, and never runs again": async (trial) => {
    const id = await trial.pushOne({ ack: "early" });
    const worker = await trial.worker();
    assert.equal((await worker.claimOne()).ack, "early");
    assert.partialDeepStrictEqual(await trial.lose(worker), [{ id, crashes: 1, state: "failed" }]);
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "failed", crashes: 1 });
    assert.deepEqual(record.error, workerLost(worker.id, "early"));
    assert.notEqual(record.finishedAt, undefined);
    assert.deepEqual(await (await trial.worker()).claim(1), []);
  },

  "retries are counted apart from crashes": async (trial) => {
    const id = await trial.pushOne();
    const first = await trial.worker();
    await first.settle(await first.claimOne(), retried("error", 0));
    await trial.engine.upkeep.promote({ max: 10 });
    await first.claimOne();
    await trial.lose(first);
    assert.partialDeepStrictEqual(await trial.get(id), { failures: 1, crashes: 1, fence: 2 });
  },
});

function rescueBy({ engine }: Trial, worker: TestWorker): Promise<readonly RescuedJob[]> {
  return engine.liveness.rescue({ worker: worker.id, max: 10, retainMs: RETAIN_MS });
}
