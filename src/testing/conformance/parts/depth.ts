import assert from "node:assert/strict";
import { queueFull } from "../../../engine/index.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, pushRequest, refusalOf, refusedWith, type Trial } from "../trial.ts";
import { failed, RETAIN_MS, retried } from "../worker.ts";

const hour = { afterMs: 3_600_000 };

export const depthTests: readonly ConformanceTest[] = definePart("depth", {
  "a push over the queue's limit is refused, with nothing kept": async (trial) => {
    const maxDepth = { queue: 3 };
    await trial.tryPush([{}, { due: hour }], { maxDepth });
    const refused = await trial.tryPush([{}, {}, { queue: "other" }], { maxDepth });
    assert.equal(refusalOf(refused), "QUEUE_FULL");
    assert.equal(await trial.engine.inspect.count({}), 2);
    assert.equal((await trial.tryPush([{}], { maxDepth })).status, "stored");
    assert.equal(refusalOf(await trial.tryPush([{}], { maxDepth })), "QUEUE_FULL");
  },

  "a refusal says how full the queue is, the same on every engine": async (trial) => {
    const maxDepth = { queue: 3 };
    await trial.tryPush([{}, { due: hour }], { maxDepth });
    const error = refusedWith(await trial.tryPush([{}, {}], { maxDepth }));
    const { message, details } = queueFull({ queue: "queue", depth: 2, maxDepth: 3 });
    assert.deepEqual([error?.message, error?.details], [message, details]);
  },

  "only the named queue is limited": async (trial) => {
    await trial.push({}, {}, {});
    assert.equal((await trial.tryPush([{}, {}], { maxDepth: { other: 1 } })).status, "stored");
    assert.equal((await trial.tryPush([{ queue: "third" }], { maxDepth: { queue: 1 } })).status, "stored");
  },

  "active jobs count, finished ones do not": async (trial) => {
    const maxDepth = { queue: 1 };
    await trial.tryPush([{}], { maxDepth });
    const worker = await trial.worker();
    const job = await worker.claimOne();
    assert.equal(refusalOf(await trial.tryPush([{}], { maxDepth })), "QUEUE_FULL");
    await worker.succeed(job);
    assert.equal((await trial.tryPush([{}], { maxDepth })).status, "stored");
  },

  "jobs that are there already need no room": async (trial) => {
    const maxDepth = { queue: 1 };
    const job = newJob({ key: { key: "k", inputHash: "h", ttlMs: 60_000 } });
    await trial.tryPush([job], { maxDepth });
    const again = await trial.tryPush([job, { key: job.key }], { maxDepth });
    assert.equal(again.status, "stored");
  },

  "requests of one push count one another": async (trial) => {
    const more = { maxDepth: { queue: 1 } };
    const replies = await trial.engine.jobs.push([pushRequest([{}], more), pushRequest([{}], more)]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      ["stored", "refused"],
    );
  },

  "a limit of 0 takes nothing": async (trial) => {
    assert.equal(refusalOf(await trial.tryPush([{}], { maxDepth: { queue: 0 } })), "QUEUE_FULL");
  },

  "a queue's numbers follow the life of its jobs": async (trial) => {
    await trial.push({}, {}, {}, { due: { afterMs: 300 } }, { task: "unknown" });
    await assertCounts(trial, { ready: 4, scheduled: 1, active: 0 });
    const worker = await trial.worker();
    const [one, two, three] = await worker.claim(3);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    await assertCounts(trial, { ready: 1, scheduled: 1, active: 3 });
    await worker.succeed(one);
    await worker.settle(two, retried("error", 3_600_000));
    await assertCounts(trial, { ready: 1, scheduled: 2, active: 1 });
    await worker.settle(three, failed("error"));
    await trial.engine.inspect.retry({ selection: { ids: [three.id] }, dryRun: false });
    await assertCounts(trial, { ready: 2, scheduled: 2, active: 0 });
    await trial.until("one is promoted", async () => (await trial.engine.upkeep.promote({ max: 9 })).promoted === 1);
    await assertCounts(trial, { ready: 3, scheduled: 1, active: 0 });
    await trial.engine.inspect.revoke({ ...all, reason: "x", retainMs: RETAIN_MS });
    await assertCounts(trial, { ready: 0, scheduled: 0, active: 0 });
    await trial.engine.inspect.remove(all);
    await assertCounts(trial, { ready: 0, scheduled: 0, active: 0 });
  },

  "a lost worker's jobs are counted where they are": async (trial) => {
    await trial.push({}, { ack: "early" }, {});
    const worker = await trial.worker();
    await worker.claim(2);
    await trial.lose(worker);
    await assertCounts(trial, { ready: 2, scheduled: 0, active: 0 });
  },

  "each queue has its own numbers": async (trial) => {
    await trial.push({ queue: "one" }, { queue: "two" }, { queue: "two", task: "other" });
    await trial.engine.inspect.purge({ queue: "one", dryRun: false });
    assert.equal((await trial.queue("one")).ready, 0);
    assert.equal((await trial.queue("two")).ready, 2);
  },

  "a queue tells since when its oldest job is ready": async (trial) => {
    assert.equal((await trial.queue()).oldestReadyAt, undefined);
    await trial.push({ due: hour });
    assert.equal((await trial.queue()).oldestReadyAt, undefined);
    const ids = await trial.push({ priority: 1 }, { priority: 9 });
    // Of one moment, but for a store in partitions whose clocks are read one by one.
    const pushed = await Promise.all(ids.map((id) => trial.get(id)));
    assert.equal((await trial.queue()).oldestReadyAt, Math.min(...pushed.map(({ createdAt }) => createdAt)));
    await (await trial.worker()).claim(2);
    assert.equal((await trial.queue()).oldestReadyAt, undefined);
  },

  "a job that was scheduled is ready since it was due": async (trial) => {
    const id = await trial.pushOne({ due: { afterMs: 100 } });
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 1 })).promoted === 1);
    const { dueAt } = await trial.get(id);
    assert.equal((await trial.queue()).oldestReadyAt, dueAt);
  },
});

const all = { selection: { filter: {} }, dryRun: false };

async function assertCounts(
  trial: Trial,
  expected: { readonly ready: number; readonly scheduled: number; readonly active: number },
): Promise<void> {
  const { ready, scheduled, active, waiting } = await trial.queue();
  assert.deepEqual({ ready, scheduled, active, waiting }, { ...expected, waiting: 0 });
  for (const state of ["ready", "scheduled", "active"] as const) {
    const filter = { states: [state], queues: ["queue"] };
    assert.equal(await trial.engine.inspect.count(filter), expected[state], `a recount of ${state} jobs`);
  }
}
