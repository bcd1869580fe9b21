import { afterEach, expect, test } from "vitest";
import { Workshop } from "./support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

test("after maxJobs it stops warm and says why; not one job more is started", async () => {
  workshop = new Workshop();
  const gates: PromiseWithResolvers<void>[] = [];
  const task = workshop.task<number, unknown>({
    name: "gated",
    run: () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
  });
  await task.delayMany(Array.from({ length: 20 }, (_, number) => number));
  const worker = workshop.worker({ concurrency: 2, maxJobs: 5, grace: "1s" });
  await worker.start();
  await workshop.clock.advance(0);
  for (let round = 0; round < 2; round += 1) {
    for (const gate of gates.splice(0)) gate.resolve();
    await workshop.clock.advance(0);
  }
  expect(worker.status()).toMatchObject({ state: "stopping", running: 1 });
  // What runs is not cut short by the grace: nobody asked for a hurry.
  await workshop.clock.advance("1m");
  expect(worker.status()).toMatchObject({ state: "stopping", running: 1 });
  for (const gate of gates) gate.resolve();
  await workshop.clock.advance(0);
  expect(await worker.ended).toBe("max-jobs");
  expect(worker.status().outcomes).toMatchObject({ succeeded: 5, released: 0 });
});

test("over maxMemoryBytes it stops", async () => {
  workshop = new Workshop();
  workshop.task({ name: "any", run: () => 1 });
  const worker = workshop.worker({ maxMemoryBytes: process.memoryUsage.rss() + 100_000_000 });
  await worker.start();
  // Written to, because untouched pages take no memory.
  const ballast = Buffer.alloc(200_000_000, 1);
  while (worker.status().state === "running") await new Promise((resolve) => setTimeout(resolve, 10));
  await workshop.clock.advance(0);
  expect(await worker.ended).toBe("max-memory");
  expect(ballast.length).toBe(200_000_000);
});

test("a limit below what the process holds before its first job is refused, or it would be replaced for ever", async () => {
  workshop = new Workshop();
  workshop.task({ name: "any", run: () => 1 });
  const worker = workshop.worker({ maxMemoryBytes: 1_000_000 });
  await expect(worker.start()).rejects.toMatchObject({
    code: "OPTIONS_INVALID",
    message: expect.stringMatching(/raise it/),
  });
  expect(worker.status().state).toBe("stopped");
});

test("a stop asked for while it recycles ends it within the grace", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "long", run: () => new Promise(() => {}) });
  const result = await task.delay();
  const worker = workshop.worker({ maxJobs: 1, grace: "5s" });
  await worker.start();
  await workshop.clock.advance("1m");
  expect(worker.status().state).toBe("stopping");
  void worker.stop();
  await workshop.clock.advance("5s");
  expect(worker.status().state).toBe("stopped");
  expect(await result.state()).toBe("ready");
});
