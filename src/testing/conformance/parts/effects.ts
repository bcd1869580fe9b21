import assert from "node:assert/strict";
import type { Effect, NewJob } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob } from "../trial.ts";
import { failed, settlementOf, succeeded } from "../worker.ts";

export const effectTests: readonly ConformanceTest[] = definePart("effects", {
  "a follow-up is pushed with the settlement": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const next = newJob({ queue: "next", input: "2", due: { afterMs: 3_600_000 } });
    const reply = await worker.settle(await worker.claimOne(), succeeded(), [pushEffect(next)]);
    assert.deepEqual(reply, { status: "applied", state: "succeeded" });
    assert.partialDeepStrictEqual(await trial.get(next.id), { state: "scheduled", queue: "next", input: "2" });
  },

  "a repeated settlement pushes its follow-ups once": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const effects = [pushEffect(newJob({ queue: "next" })), pushEffect(newJob({ queue: "next" }))];
    const first = await worker.settle(job, succeeded(), effects);
    assert.deepEqual(await worker.settle(job, succeeded(), effects), first);
    assert.equal(await trial.engine.inspect.count({ queues: ["next"] }), 2);
  },

  "a follow-up that is there already is left as it is": async (trial) => {
    await trial.pushOne();
    const there = await trial.pushOne({ queue: "next", input: "first" });
    const worker = await trial.worker({ queues: ["queue"] });
    const effect = pushEffect(newJob({ id: there, queue: "next", input: "second" }));
    const reply = await worker.settle(await worker.claimOne(), succeeded(), [effect]);
    assert.deepEqual(reply, { status: "applied", state: "succeeded" });
    assert.partialDeepStrictEqual(await trial.get(there), { state: "ready", input: "first", version: 1 });
  },

  "a stale settlement pushes nothing": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const effects = [pushEffect(newJob({ queue: "next" }))];
    assert.deepEqual(await worker.settle({ ...job, fence: 9 }, succeeded(), effects), { status: "stale" });
    assert.equal(await trial.engine.inspect.count({ queues: ["next"] }), 0);
  },

  "a follow-up that is refused refuses its settlement, and no other": async (trial) => {
    await trial.push({}, {}, { queue: "held", key: { key: "key", inputHash: "one", ttlMs: 60_000 } });
    const worker = await trial.worker({ queues: ["queue"] });
    const [bad, good] = await worker.claim(2);
    assert.ok(bad !== undefined && good !== undefined);
    const conflict = pushEffect(newJob({ queue: "next", key: { key: "key", inputHash: "two", ttlMs: 60_000 } }));
    const { settled } = await worker.exchange([
      settlementOf(bad, succeeded("1"), [pushEffect(newJob({ queue: "next" })), conflict]),
      settlementOf(good, succeeded("2"), [pushEffect(newJob({ queue: "next" }))]),
    ]);
    const [refused, applied] = settled;
    assert.ok(refused?.status === "refused" && refused.error.code === "KEY_CONFLICT", JSON.stringify(refused));
    assert.deepEqual(applied, { status: "applied", state: "succeeded" });
    assert.partialDeepStrictEqual(await trial.get(bad.id), { state: "active", result: undefined });
    assert.equal(await trial.engine.inspect.count({ queues: ["next"] }), 1);
    assert.deepEqual(await worker.settle(bad, failed("refused")), { status: "applied", state: "failed" });
  },
});

function pushEffect(job: NewJob): Effect {
  return { kind: "push", job };
}
