import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";

export const claimTests: readonly ConformanceTest[] = definePart("claim", {
  "gives what was pushed, and keeps it as active": async (trial) => {
    const headers = { a: "b" };
    const id = await trial.pushOne({ input: "[1,2]", headers, priority: 3 });
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const expected = { id, task: "task", queue: "queue", priority: 3, input: "[1,2]", headers, ack: "late" };
    assert.partialDeepStrictEqual(job, { ...expected, failures: 0, crashes: 0, fence: 1 });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "active", fence: 1, worker: worker.id });
    assert.equal(record.createdAt, job.createdAt);
    assert.ok(record.startedAt !== undefined && record.startedAt >= record.createdAt);
  },

  "gives a job once": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    await worker.claimOne();
    assert.deepEqual(await worker.claim(1), []);
    assert.deepEqual(await (await trial.worker()).claim(1), []);
  },

  "gives no more than was asked for": async (trial) => {
    await trial.push({}, {}, {});
    const worker = await trial.worker();
    assert.equal((await worker.claim(0)).length, 0);
    assert.equal((await worker.claim(2)).length, 2);
    assert.equal((await worker.claim(5)).length, 1);
  },

  "gives nothing where nothing is asked for": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    assert.deepEqual(await worker.exchange([]), { settled: [], claimed: [], quarantined: false });
  },

  "an unknown task waits for a worker that knows it": async (trial) => {
    const [unknown, known] = await trial.push({ task: "unknown", priority: 9 }, {});
    const worker = await trial.worker();
    assert.deepEqual(idsOf(await worker.claim(5)), [known]);
    assert.deepEqual(await worker.claim(5, { tasks: [] }), []);
    const other = await trial.worker({ tasks: ["unknown"] });
    assert.deepEqual(idsOf(await other.claim(5)), [unknown]);
  },

  "takes from the given queues, or from all": async (trial) => {
    const [one, two, three] = await trial.push({ queue: "one" }, { queue: "two" }, { queue: "three" });
    const worker = await trial.worker();
    assert.deepEqual(await worker.claim(5, { queues: [] }), []);
    assert.deepEqual(idsOf(await worker.claim(5, { queues: ["two", "none"] })), [two]);
    assert.deepEqual(new Set(idsOf(await worker.claim(5, { queues: undefined }))), new Set([one, three]));
  },

  "leaves a paused queue alone until it is resumed": async (trial) => {
    const [waiting, other] = await trial.push({ priority: 9 }, { queue: "other" });
    await trial.engine.inspect.pause("queue");
    const worker = await trial.worker();
    const late = await trial.pushOne();
    assert.deepEqual(idsOf(await worker.claim(5)), [other]);
    assert.equal((await trial.queue()).paused, true);
    await trial.engine.inspect.resume("queue");
    assert.deepEqual(new Set(idsOf(await worker.claim(5))), new Set([waiting, late]));
    assert.equal((await trial.queue()).paused, false);
  },

  "gives nothing to a worker that is not registered": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await trial.engine.liveness.deregister(worker.id);
    assert.deepEqual(await worker.claim(1), []);
    assert.deepEqual(await trial.states([id]), ["ready"]);
  },

  "claims at the same time never overlap": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 100 }, () => ({})));
    const workers = await Promise.all(Array.from({ length: 5 }, () => trial.worker()));
    const claims = await Promise.all(workers.flatMap((worker) => [worker.claim(10), worker.claim(15)]));
    assert.deepEqual(idsOf(claims.flat()).sort(), [...ids].sort());
  },

  "every claim raises the fence": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    for (const fence of [1, 2, 3]) {
      const job = await worker.claimOne();
      assert.equal(job.fence, fence);
      await worker.settle(job, { kind: "released" });
    }
  },
});

function idsOf(jobs: readonly { readonly id: string }[]): string[] {
  return jobs.map(({ id }) => id);
}
