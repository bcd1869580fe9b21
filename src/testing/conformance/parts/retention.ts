import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { RETAIN_MS } from "../worker.ts";

const many = { max: 1_000, maxFinished: 1_000 };

export const retentionTests: readonly ConformanceTest[] = definePart("retention", {
  "a finished job goes when its time has passed, not before": async (trial) => {
    const id = await finish(trial, 1_500);
    assert.deepEqual(await trial.engine.upkeep.prune(many), { pruned: 0 });
    assert.deepEqual(await trial.states([id]), ["succeeded"]);
    await trial.until("it is pruned", async () => (await trial.engine.upkeep.prune(many)).pruned === 1);
    assert.deepEqual(await trial.states([id]), [undefined]);
    assert.deepEqual(await trial.engine.inspect.list({ filter: {}, cursor: undefined, limit: 10 }), []);
  },

  "each job has its own retention, however it ended": async (trial) => {
    const kept = await finish(trial, 3_600_000);
    const gone = await finish(trial, 1);
    const worker = await trial.worker();
    const failure = await trial.pushOne();
    await worker.settle(await worker.claimOne(), { kind: "failed", error, retainMs: 1 });
    const revoked = await trial.pushOne();
    const selection = { ids: [revoked] };
    await trial.engine.inspect.revoke({ selection, dryRun: false, reason: "x", retainMs: 1 });
    const expired = await trial.pushOne({ expires: { at: 1 } });
    await trial.engine.upkeep.expire({ max: 10, retainMs: 1 });
    await trial.pass(20);
    assert.deepEqual(await trial.engine.upkeep.prune(many), { pruned: 4 });
    const states = await trial.states([kept, gone, failure, revoked, expired]);
    assert.deepEqual(states, ["succeeded", undefined, undefined, undefined, undefined]);
  },

  "pruning is bounded": async (trial) => {
    for (let count = 0; count < 5; count += 1) await finish(trial, 0);
    await trial.pass(20);
    const prune = async (): Promise<number> => (await trial.engine.upkeep.prune({ max: 2, maxFinished: 1_000 })).pruned;
    assert.deepEqual([await prune(), await prune(), await prune(), await prune()], [2, 2, 1, 0]);
  },

  "over the greatest number, the first to finish go first": async (trial) => {
    await trial.push({}, {});
    const worker = await trial.worker();
    const [one, two] = await worker.claim(2);
    assert.ok(one !== undefined && two !== undefined);
    await worker.succeed(two);
    await trial.pass(5);
    await worker.succeed(one);
    await trial.pass(5);
    const third = await finish(trial, RETAIN_MS);
    assert.deepEqual(await trial.engine.upkeep.prune({ max: 10, maxFinished: 2 }), { pruned: 1 });
    assert.deepEqual(await trial.states([one.id, two.id, third]), ["succeeded", undefined, "succeeded"]);
    assert.deepEqual(await trial.engine.upkeep.prune({ max: 1, maxFinished: 0 }), { pruned: 1 });
    assert.deepEqual(await trial.states([one.id, third]), [undefined, "succeeded"]);
  },

  "unfinished jobs are never pruned": async (trial) => {
    const ids = await trial.push({}, {}, { due: { afterMs: 3_600_000 } });
    await (await trial.worker()).claimOne();
    assert.deepEqual(await trial.engine.upkeep.prune({ max: 10, maxFinished: 0 }), { pruned: 0 });
    assert.deepEqual(await trial.states(ids), ["active", "ready", "scheduled"]);
  },

  "a retried job is kept": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), { kind: "failed", error, retainMs: 50 });
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    await trial.pass(100);
    assert.deepEqual(await trial.engine.upkeep.prune(many), { pruned: 0 });
    await worker.succeed(await worker.claimOne());
  },

  "pruning at the same time prunes once": async (trial) => {
    for (let count = 0; count < 10; count += 1) await finish(trial, 0);
    await trial.pass(20);
    const replies = await Promise.all(Array.from({ length: 3 }, () => trial.engine.upkeep.prune(many)));
    assert.equal(
      replies.reduce((sum, { pruned }) => sum + pruned, 0),
      10,
    );
  },
});

const error = { name: "Error", message: "error" };

async function finish(trial: Trial, retainMs: number): Promise<string> {
  const id = await trial.pushOne();
  const worker = await trial.worker();
  await worker.settle(await worker.claimOne(), { kind: "succeeded", result: "1", retainMs });
  return id;
}
