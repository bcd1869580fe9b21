import { afterEach, expect, test } from "vitest";
import type { Task } from "../../src/tasks/index.ts";
import { Workshop } from "./support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

test("an empty store is drained at once", async () => {
  workshop = new Workshop();
  workshop.task({ name: "any", run: () => 1 });
  const worker = workshop.worker();
  expect(await worker.drain()).toMatchObject({ complete: true, outcomes: { succeeded: 0 } });
  expect(worker.status().state).toBe("stopped");
});

test("jobs that jobs push, and retries without a delay, belong to it; what is due later does not", async () => {
  workshop = new Workshop({ task: { retry: { max: 2, backoff: 0, jitter: false } } });
  const runs: string[] = [];
  const child: Task<number, unknown> = workshop.task<number, unknown>({
    name: "child",
    run: (depth) => {
      runs.push(`child ${depth}`);
      return depth > 0 ? child.delay(depth - 1).then(() => {}) : undefined;
    },
  });
  const flaky = workshop.task<void, unknown>({
    name: "flaky",
    run: (_input, { attempt }) => {
      runs.push(`flaky ${attempt}`);
      if (attempt < 3) throw new Error("again");
    },
  });
  await flaky.delay();
  await child.delay(2);
  const later = await child.delay(9, { countdown: "1s" });
  const report = await workshop.worker().drain();
  expect(runs.toSorted()).toEqual(["child 0", "child 1", "child 2", "flaky 1", "flaky 2", "flaky 3"]);
  expect(report).toEqual({
    complete: true,
    outcomes: { succeeded: 4, failed: 0, revoked: 0, retried: 2, snoozed: 0, released: 0, replaced: 0 },
  });
  expect(await later.state()).toBe("scheduled");
});

test("more jobs than slots are all run", async () => {
  workshop = new Workshop();
  const task = workshop.task<number, number>({ name: "any", run: (number) => number });
  const results = await task.delayMany(Array.from({ length: 257 }, (_, number) => number));
  const report = await workshop.worker({ concurrency: 3 }).drain();
  expect(report.outcomes.succeeded).toBe(257);
  expect(await results[256]?.get()).toBe(256);
});

test("jobs that this worker does not take are left", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "any", run: () => 1 });
  const mine = await task.delay(undefined, { queue: "mail" });
  const other = await task.delay();
  await workshop.worker({ queues: ["mail"] }).drain();
  expect(await mine.state()).toBe("succeeded");
  expect(await other.state()).toBe("ready");
});

test("it says when its time ran out, and gives back what still runs after the grace", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "long", run: () => new Promise(() => {}) });
  const result = await task.delay();
  const draining = workshop.worker({ grace: "5s" }).drain({ timeout: "10s" });
  await workshop.clock.advance("16s");
  expect(await draining).toMatchObject({ complete: false, outcomes: { succeeded: 0 } });
  expect(await result.state()).toBe("ready");
});

test("a worker that runs already goes on after it", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "any", run: () => 1 });
  const worker = workshop.worker();
  await worker.start();
  await task.delay();
  const report = await worker.drain();
  expect(report.complete).toBe(true);
  expect(worker.status().state).toBe("running");
});

test("a stop ends it", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "long", run: () => new Promise(() => {}) });
  await task.delay();
  const worker = workshop.worker();
  const draining = worker.drain();
  await workshop.clock.advance(0);
  void worker.abort();
  await workshop.clock.advance(0);
  expect(await draining).toMatchObject({ complete: false });
});

test("a timeout that is none is refused", async () => {
  workshop = new Workshop();
  await expect(workshop.worker().drain({ timeout: "soon" as "1s" })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
});
