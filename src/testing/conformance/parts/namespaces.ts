import assert from "node:assert/strict";
import type { Engine } from "../../../engine/contract.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, pushRequest, type Trial } from "../trial.ts";
import { TestWorker } from "../worker.ts";

export const namespaceTests: readonly ConformanceTest[] = definePart("namespaces", {
  "jobs, keys and counters do not mix": async (trial) => {
    const other = await openOther(trial);
    const job = newJob({ key: { key: "k", inputHash: "one", ttlMs: 60_000 } });
    const same = { ...job, input: "other", key: { key: "k", inputHash: "two", ttlMs: 60_000 } };
    await trial.push(job);
    const [reply] = await other.jobs.push([pushRequest([same], { maxDepth: { queue: 1 } })]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id: job.id, outcome: "created" }] });
    assert.equal((await trial.get(job.id)).input, job.input);
    assert.equal((await other.inspect.get([job.id]))[0]?.input, "other");
    await other.inspect.remove({ selection: { filter: {} }, dryRun: false });
    assert.equal(await trial.engine.inspect.count({}), 1);
    assert.equal(await other.inspect.count({}), 0);
  },

  "workers of one namespace leave the other's jobs alone": async (trial) => {
    const other = await openOther(trial);
    const id = await trial.pushOne();
    const stranger = new TestWorker(other, { id: "worker-1", leaseMs: trial.leaseMs });
    await stranger.register();
    const worker = await trial.worker({ id: "worker-1" });
    assert.deepEqual(await stranger.claim(1), []);
    const job = await worker.claimOne();
    await stranger.beat([]);
    await other.liveness.deregister("worker-1");
    assert.deepEqual(await trial.states([id]), ["active"]);
    await worker.succeed(job);
  },

  "pauses, messages, changes and wake-ups stay where they belong": async (trial) => {
    const other = await openOther(trial);
    const heard: string[] = [];
    await other.bus.subscribe("news", (message) => heard.push(`message ${message}`));
    await other.jobs.changes((changes) => heard.push(`${changes.length} changes`));
    const controller = new AbortController();
    const arrival = other.jobs.arrival({ queues: undefined, tasks: ["task"] }, controller.signal);
    void arrival.then(() => heard.push(controller.signal.aborted ? "aborted" : "arrival"));
    await other.inspect.pause("queue");
    const mine: unknown[] = [];
    await trial.engine.bus.subscribe("news", (message) => mine.push(message));
    await trial.pushOne();
    await (await trial.worker()).claimOne();
    await trial.engine.bus.publish("news", "here");
    await trial.until("the message is heard here", async () => mine.length === 1);
    await trial.pass(100);
    controller.abort();
    await arrival;
    assert.deepEqual(heard, ["aborted"]);
  },
});

function openOther(trial: Trial): Promise<Engine> {
  return trial.open({ namespace: `${trial.reference.namespace}_b` });
}
