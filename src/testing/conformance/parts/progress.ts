import assert from "node:assert/strict";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";

export const progressTests: readonly ConformanceTest[] = definePart("progress", {
  "the latest is kept, also by the next attempt and by a success": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await trial.engine.jobs.progress([{ ...job, progress: "1" }]);
    assert.equal((await trial.get(id)).progress, "1");
    await trial.engine.jobs.progress([
      { ...job, progress: "2" },
      { ...job, progress: '{"done":3}' },
    ]);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "active", progress: '{"done":3}' });
    await worker.settle(job, { kind: "released" });
    const again = await worker.claimOne();
    assert.partialDeepStrictEqual(await trial.get(id), { state: "active", progress: '{"done":3}' });
    await worker.succeed(again);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", progress: '{"done":3}' });
  },

  "bytes are kept as bytes": async (trial) => {
    const id = await trial.pushOne();
    const job = await (await trial.worker()).claimOne();
    await trial.engine.jobs.progress([{ ...job, progress: new Uint8Array([0, 1, 255]) }]);
    const { progress } = await trial.get(id);
    assert.ok(progress instanceof Uint8Array);
    assert.deepEqual([...progress], [0, 1, 255]);
  },

  "an update whose claim has ended is dropped": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const old = await worker.claimOne();
    await worker.settle(old, { kind: "released" });
    await trial.engine.jobs.progress([{ ...old, progress: "ready" }]);
    assert.equal((await trial.get(id)).progress, undefined);
    const current = await worker.claimOne();
    await trial.engine.jobs.progress([
      { ...current, progress: "current" },
      { ...old, progress: "old" },
      { ...current, id: newId(), progress: "nobody" },
    ]);
    assert.equal((await trial.get(id)).progress, "current");
    await worker.succeed(current);
    const { version } = await trial.get(id);
    await trial.engine.jobs.progress([{ ...current, progress: "late" }]);
    assert.equal((await trial.get(id)).version, version);
  },

  "nothing to update is no mistake": async (trial) => {
    await trial.engine.jobs.progress([]);
  },
});
