import assert from "node:assert/strict";
import { workerLost } from "../../../engine/endings.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";

export const quarantineTests: readonly ConformanceTest[] = definePart("quarantine", {
  "after two crashes a job is given only to a process that runs nothing else": async (trial) => {
    const id = await crashTwice(trial);
    const worker = await trial.worker();
    assert.deepEqual(await worker.exchange([], { max: 5 }), { settled: [], claimed: [], quarantined: true });
    const neighbours = await trial.push({}, {}, {});
    const together = await worker.exchange([], { max: 2 });
    assert.equal(together.claimed.length, 2);
    assert.ok(together.claimed.every((job) => neighbours.includes(job.id)));
    assert.equal(together.quarantined, true);
    const alone = await worker.exchange([], { max: 5, alone: true });
    assert.partialDeepStrictEqual(alone.claimed, [{ id, crashes: 2, fence: 3 }]);
    assert.equal(alone.claimed.length, 1, "nothing else comes with it");
  },

  "one at a time": async (trial) => {
    const ids = [await crashTwice(trial), await crashTwice(trial)];
    const worker = await trial.worker();
    const first = await worker.claim(5, { alone: true });
    assert.equal(first.length, 1);
    assert.equal((await worker.exchange([], { max: 5 })).quarantined, true, "another one waits");
    const second = await worker.claim(5, { alone: true });
    assert.equal((await worker.exchange([], { max: 5 })).quarantined, false);
    assert.deepEqual([...first, ...second].map(({ id }) => id).sort(), ids.sort());
  },

  "a process that runs nothing takes usual jobs, too": async (trial) => {
    await trial.push({}, {});
    const reply = await (await trial.worker()).exchange([], { max: 5, alone: true });
    assert.equal(reply.claimed.length, 2);
    assert.equal(reply.quarantined, false);
  },

  "it waits only where it may be claimed": async (trial) => {
    await crashTwice(trial);
    const worker = await trial.worker();
    const elsewhere = await worker.exchange([], { max: 5, alone: true, queues: ["other"] });
    const unknown = await worker.exchange([], { max: 5, alone: true, tasks: ["other"] });
    await trial.engine.inspect.pause("queue");
    const paused = await worker.exchange([], { max: 5, alone: true });
    const nothing = { settled: [], claimed: [], quarantined: false };
    assert.deepEqual([elsewhere, unknown, paused], [nothing, nothing, nothing]);
  },

  "a third crash, alone, fails it": async (trial) => {
    const id = await crashTwice(trial);
    const worker = await trial.worker();
    await worker.claimOne({ alone: true });
    assert.partialDeepStrictEqual(await trial.lose(worker), [{ id, crashes: 3, state: "failed" }]);
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "failed", crashes: 3, failures: 0 });
    assert.deepEqual(record.error, workerLost(worker.id, "crashes"));
    assert.deepEqual(await (await trial.worker()).claim(1, { alone: true }), []);
  },

  "it can succeed, alone": async (trial) => {
    await crashTwice(trial);
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne({ alone: true }));
  },

  "a release puts it back into quarantine": async (trial) => {
    await crashTwice(trial);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne({ alone: true }), { kind: "released" });
    assert.deepEqual(await worker.exchange([], { max: 5 }), { settled: [], claimed: [], quarantined: true });
  },

  "a retry by hand forgets the crashes": async (trial) => {
    const id = await crashTwice(trial);
    const worker = await trial.worker();
    await worker.claimOne({ alone: true });
    await trial.lose(worker);
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    assert.partialDeepStrictEqual(await (await trial.worker()).claimOne(), { id, crashes: 0, failures: 0 });
  },
});

/** A job whose worker was lost twice while it ran. */
async function crashTwice(trial: Trial): Promise<string> {
  const id = await trial.pushOne();
  for (const crashes of [1, 2]) {
    const worker = await trial.worker();
    assert.equal((await worker.claimOne()).id, id);
    assert.partialDeepStrictEqual(await trial.lose(worker), [{ id, crashes, state: "ready" }]);
  }
  return id;
}
