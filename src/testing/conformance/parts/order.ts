import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import type { TestWorker } from "../worker.ts";

export const orderTests: readonly ConformanceTest[] = definePart("order", {
  "equal priorities go by push order": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 12 }, () => ({})));
    const more = await trial.push({}, {});
    assert.deepEqual(await claimInOrder(await trial.worker(), 14), [...ids, ...more]);
  },

  "a higher priority goes first": async (trial) => {
    const priorities = [3, 9, 0, 5, 9, 1];
    const ids = await trial.push(...priorities.map((priority) => ({ priority })));
    const order = [1, 4, 3, 0, 5, 2].map((index) => ids[index]);
    assert.deepEqual(await claimInOrder(await trial.worker(), 6), order);
  },

  "tasks and queues merge into one order": async (trial) => {
    const ids = await trial.push(
      { task: "a", queue: "one" },
      { task: "b", queue: "two" },
      { task: "a", queue: "two" },
      { task: "b", queue: "one", priority: 6 },
      { task: "a", queue: "one" },
    );
    const worker = await trial.worker({ tasks: ["a", "b"] });
    const order = [3, 0, 1, 2, 4].map((index) => ids[index]);
    assert.deepEqual(await claimInOrder(worker, 5), order);
  },

  "a claim of many follows the same order as many claims of one": async (trial) => {
    const ids = await trial.push({ priority: 1 }, { priority: 8 }, { priority: 8 }, { priority: 4 });
    const order = [1, 2, 3, 0].map((index) => ids[index]);
    const worker = await trial.worker();
    const claimed = await worker.claim(10);
    assert.deepEqual(
      claimed.map(({ id }) => id),
      order,
    );
  },

  "a released job has kept its place": async (trial) => {
    const [first, ...others] = await trial.push({}, {}, {});
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), { kind: "released" });
    assert.deepEqual(await claimInOrder(worker, 3), [first, ...others]);
  },

  "one claim in 20 takes the oldest, one by one": async (trial) => {
    await assertOldestIsTakenWithin(trial, 20, async (worker) => [await worker.claimOne()]);
  },

  "one claim in 20 takes the oldest, many at a time": async (trial) => {
    await assertOldestIsTakenWithin(trial, 4, (worker) => worker.claim(5));
  },

  "not more than one claim in 20 leaves the order of priority": async (trial) => {
    const low = await trial.push(...Array.from({ length: 10 }, () => ({ priority: 0 })));
    await trial.push(...Array.from({ length: 100 }, () => ({ priority: 9 })));
    const claimed = await claimInOrder(await trial.worker(), 60);
    const outOfOrder = claimed.filter((id) => low.includes(id));
    assert.deepEqual(outOfOrder, low.slice(0, 3), "three of 60 took the oldest");
  },
});

async function claimInOrder(worker: TestWorker, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await worker.claimOne()).id);
  return ids;
}

async function assertOldestIsTakenWithin(
  trial: Trial,
  claims: number,
  claim: (worker: TestWorker) => Promise<readonly { readonly id: string }[]>,
): Promise<void> {
  const oldest = await trial.pushOne({ priority: 0 });
  await trial.push(...Array.from({ length: 60 }, () => ({ priority: 9 })));
  const worker = await trial.worker();
  const taken: string[] = [];
  for (let count = 0; count < claims; count += 1) taken.push(...(await claim(worker)).map(({ id }) => id));
  assert.equal(taken.length, 20);
  assert.ok(taken.includes(oldest), "the oldest job is among any 20 that are claimed in turn");
}
