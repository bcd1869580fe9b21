import assert from "node:assert/strict";
import type { Engine } from "../../../engine/contract.ts";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, pushRequest } from "../trial.ts";
import { RETAIN_MS } from "../worker.ts";

export const lifecycleTests: readonly ConformanceTest[] = definePart("lifecycle", {
  "start and stop may be called again and in any order": async (trial) => {
    const engine = await trial.adapter.open({ ...trial.reference, namespace: `${trial.reference.namespace}_b` });
    trial.onEnd(() => engine.stop());
    await engine.stop();
    await Promise.all([engine.start(), engine.start()]);
    await engine.start();
    assert.equal(await engine.inspect.count({}), 0);
    await Promise.all([engine.stop(), engine.stop()]);
    await engine.stop();
    const starting = engine.start();
    const stopping = engine.stop();
    await starting;
    await stopping;
    await assert.rejects(engine.inspect.count({}), { code: "ENGINE_CLOSED" });
    await engine.start();
    assert.equal(await engine.inspect.count({}), 0);
  },

  "every operation before the start and after the stop is refused as closed": async (trial) => {
    const engine = await trial.adapter.open(trial.reference);
    for (const operate of operations(engine))
      await assert.rejects(operate, { code: "ENGINE_CLOSED" }, operate.toString());
    await trial.engine.stop();
    for (const operate of operations(trial.engine))
      await assert.rejects(operate, { code: "ENGINE_CLOSED" }, operate.toString());
  },

  "jobs, keys and pauses outlast a restart": async (trial) => {
    const key = { key: "k", inputHash: "h", ttlMs: 60_000 };
    const [id] = await trial.push({ key }, { due: { afterMs: 3_600_000 } });
    await trial.engine.inspect.pause("queue");
    await trial.engine.stop();
    await trial.engine.start();
    assert.partialDeepStrictEqual(await trial.queue(), { ready: 1, scheduled: 1, paused: true });
    const reply = await trial.tryPush([{ key }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "existing" }] });
    await trial.engine.inspect.resume("queue");
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
  },

  "operations under way at a stop end, one way or the other": async (trial) => {
    const jobs = Array.from({ length: 50 }, () => newJob());
    const pushes = jobs.map((job) => trial.engine.jobs.push([pushRequest([job])]));
    const settled = Promise.allSettled(pushes);
    await trial.engine.stop();
    const replies = await settled;
    await trial.engine.start();
    const records = await trial.engine.inspect.get(jobs.map(({ id }) => id));
    for (const [index, reply] of replies.entries()) {
      if (reply.status === "fulfilled") assert.ok(records[index] !== undefined, "what was acknowledged is there");
      else assert.equal(reply.reason.code, "ENGINE_CLOSED");
    }
  },

  "a wait for jobs ends at the stop": async (trial) => {
    const { signal } = new AbortController();
    const waiting = trial.engine.jobs.arrival({ queues: undefined, tasks: ["task"] }, signal);
    const ended = waiting.then(
      () => "resolved",
      (error) => error.code,
    );
    await trial.engine.inspect.count({});
    await trial.engine.stop();
    assert.ok(["resolved", "ENGINE_CLOSED"].includes(await ended));
  },

  "nobody is called after the stop": async (trial) => {
    let heard = 0;
    const subscription = await trial.engine.bus.subscribe("news", () => {
      heard += 1;
    });
    await trial.engine.jobs.changes(() => {
      heard += 1;
    });
    await trial.engine.stop();
    const atStop = heard;
    await trial.engine.start();
    await subscription.close();
    await trial.pushOne();
    await trial.engine.bus.publish("news", "late");
    await trial.pass(50);
    assert.equal(heard, atStop);
  },

  "an engine that processes share is tested as one": async (trial) => {
    assert.equal(trial.engine.capabilities.processes, trial.adapter.processes !== undefined);
  },

  "diagnosis and migration answer": async (trial) => {
    const findings = await trial.engine.maintenance.diagnose();
    assert.ok(findings.length > 0);
    for (const { check, ok, detail } of findings) {
      assert.ok(ok, `${check}: ${detail}`);
      assert.ok(check !== "" && detail !== "");
    }
    const report = await trial.engine.maintenance.migrate({ dryRun: true });
    assert.deepEqual(report.applied, [], "the start has brought the store up to date");
    assert.equal(report.from, report.to);
    assert.deepEqual(await trial.engine.maintenance.migrate({ dryRun: false }), report);
  },
});

/** One call of every part of the engine. */
function operations({ jobs, liveness, upkeep, bus, inspect, maintenance }: Engine): (() => Promise<unknown>)[] {
  const { signal } = new AbortController();
  return [
    () => jobs.push([pushRequest([{}])]),
    () => jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim: undefined }),
    () => jobs.progress([{ id: newId(), fence: 1, receipt: 1, progress: "1" }]),
    () => jobs.arrival({ queues: undefined, tasks: ["task"] }, signal),
    () => jobs.changes(() => {}),
    () => liveness.beat({ worker: "worker", leaseMs: 1_000, held: undefined }),
    () => liveness.deregister("worker"),
    () => liveness.rescue({ worker: "worker", max: 1, retainMs: RETAIN_MS }),
    () => upkeep.promote({ max: 1 }),
    () => upkeep.expire({ max: 1, retainMs: RETAIN_MS }),
    () => upkeep.prune({ max: 1, maxFinished: 1 }),
    () => bus.publish("news", "x"),
    () => bus.subscribe("news", () => {}),
    () => inspect.get([newId()]),
    () => inspect.list({ filter: {}, cursor: undefined, limit: 1 }),
    () => inspect.count({}),
    () => inspect.pause("queue"),
    () => inspect.queues(),
    () => inspect.workers(),
    () => maintenance.diagnose(),
  ];
}
