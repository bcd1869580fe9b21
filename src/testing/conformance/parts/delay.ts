import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";
import { retried } from "../worker.ts";

const hourMs = 3_600_000;

export const delayTests: readonly ConformanceTest[] = definePart("delay", {
  "a job that is not due is scheduled, and not claimed": async (trial) => {
    const id = await trial.pushOne({ due: { afterMs: hourMs } });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "scheduled", dueAt: record.createdAt + hourMs });
    assert.deepEqual(await (await trial.worker()).claim(1), []);
    const { promoted, nextDueInMs } = await trial.engine.upkeep.promote({ max: 10 });
    assert.equal(promoted, 0);
    assert.ok(nextDueInMs !== undefined && nextDueInMs > hourMs - 60_000 && nextDueInMs <= hourMs, `${nextDueInMs} ms`);
    assert.deepEqual(await trial.states([id]), ["scheduled"]);
  },

  "without scheduled jobs there is no next": async (trial) => {
    await trial.pushOne();
    assert.deepEqual(await trial.engine.upkeep.promote({ max: 10 }), { promoted: 0, nextDueInMs: undefined });
  },

  "a due job becomes ready when its time comes, not before": async (trial) => {
    const id = await trial.pushOne({ due: { afterMs: 300 } });
    assert.deepEqual(await trial.states([id]), ["scheduled"]);
    const { dueAt } = await trial.get(id);
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 10 })).promoted === 1);
    const job = await (await trial.worker()).claimOne();
    assert.equal(job.id, id);
    const { startedAt } = await trial.get(id);
    assert.ok(dueAt !== undefined && startedAt !== undefined && startedAt >= dueAt);
  },

  "a job due in the past is ready": async (trial) => {
    const ids = await trial.push({ due: { at: 1 } }, { due: { afterMs: 0 } });
    assert.deepEqual(await trial.states(ids), ["ready", "ready"]);
    assert.deepEqual(await trial.engine.upkeep.promote({ max: 10 }), { promoted: 0, nextDueInMs: undefined });
  },

  "an instant is kept as it is, up to the year 9999": async (trial) => {
    const at = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    const id = await trial.pushOne({ due: { at }, expires: { at } });
    assert.partialDeepStrictEqual(await trial.get(id), { state: "scheduled", dueAt: at, expiresAt: at });
    const { nextDueInMs } = await trial.engine.upkeep.promote({ max: 10 });
    assert.ok(nextDueInMs !== undefined && nextDueInMs > 0);
  },

  "promotion is bounded, and takes the first due first": async (trial) => {
    const ids = await trial.push(...[400, 100, 300, 200].map((afterMs) => ({ due: { afterMs } })));
    await trial.pass(500);
    const order: (string | undefined)[] = [];
    for (let count = 0; count < 4; count += 1) {
      assert.equal((await trial.engine.upkeep.promote({ max: 1 })).promoted, 1);
      const states = await trial.states(ids);
      order.push(ids.find((id, index) => states[index] === "ready" && !order.includes(id)));
    }
    assert.deepEqual(order, [ids[1], ids[3], ids[2], ids[0]]);
    assert.deepEqual(await trial.engine.upkeep.promote({ max: 1 }), { promoted: 0, nextDueInMs: undefined });
  },

  "what remains due says so": async (trial) => {
    await trial.push({ due: { afterMs: 20 } }, { due: { afterMs: 20 } });
    await trial.pass(50);
    assert.deepEqual(await trial.engine.upkeep.promote({ max: 1 }), { promoted: 1, nextDueInMs: 0 });
  },

  "promoted jobs keep their place and priority": async (trial) => {
    const ids = await trial.push({ due: { afterMs: 20 } }, {}, { due: { afterMs: 20 }, priority: 8 });
    await trial.pass(50);
    await trial.engine.upkeep.promote({ max: 10 });
    const claimed = await (await trial.worker()).claim(3);
    const order = [2, 0, 1].map((index) => ids[index]);
    assert.deepEqual(
      claimed.map(({ id }) => id),
      order,
    );
  },

  "promoting at the same time promotes once": async (trial) => {
    await trial.push(...Array.from({ length: 50 }, () => ({ due: { afterMs: 20 } })));
    await trial.pass(50);
    const replies = await Promise.all(Array.from({ length: 4 }, () => trial.engine.upkeep.promote({ max: 50 })));
    assert.equal(
      replies.reduce((sum, { promoted }) => sum + promoted, 0),
      50,
    );
  },

  "a retry comes back when it is due": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), retried("again", 100));
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 10 })).promoted === 1);
    assert.partialDeepStrictEqual(await worker.claimOne(), { id, failures: 1, fence: 2 });
  },
});
