import { expect, onTestFinished, test } from "vitest";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { Comparison } from "../../../src/testing/conformance/properties/comparison.ts";
import { Model } from "../../../src/testing/conformance/properties/model.ts";
import { newJob, pushRequest } from "../../../src/testing/conformance/trial.ts";
import { TestWorker } from "../../../src/testing/conformance/worker.ts";

test("an engine and a model that agree on a change that the state machine does not know are both wrong", async () => {
  const engine = createMemoryEngine({ namespace: "comparison" });
  await engine.start();
  onTestFinished(() => engine.stop());
  const model = new Model();
  const comparison = new Comparison(engine, model, ["queue"]);
  const job = newJob({ due: { afterMs: 1 } });
  await engine.jobs.push([pushRequest([job])]);
  model.push(job);
  await comparison.check();
  await expect.poll(async () => (await engine.upkeep.promote({ max: 1 })).promoted).toBe(1);
  const worker = new TestWorker(engine, { id: "worker", leaseMs: 60_000 });
  await worker.register();
  const { fence } = await worker.claimOne();
  // Nobody looked while it was ready: what was seen is a scheduled job that became active.
  Object.assign(model.job(job.id), { state: "active", fence, worker: "worker" });
  await expect(comparison.check()).rejects.toThrow("scheduled is not followed by active");
});
