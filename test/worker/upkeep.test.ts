import { afterEach, describe, expect, test } from "vitest";
import { EngineUnavailable } from "../../src/kernel/errors.ts";
import { replacing, Workshop } from "./support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

describe("scheduled jobs", () => {
  test("start when they are due, also one that is pushed later and due sooner", async () => {
    workshop = new Workshop();
    const starts = new Map<string, number>();
    const task = workshop.task<string, unknown>({ name: "due", run: (name) => starts.set(name, workshop.clock.now()) });
    await workshop.worker().start();
    await workshop.clock.advance("1300ms");
    const begin = workshop.clock.now();
    await task.delay("in 10 s", { countdown: "10s" });
    await task.delay("in 900 ms", { countdown: 900 });
    await workshop.clock.advance(100);
    await task.delay("in 50 ms", { countdown: 50 });
    await task.delay("at an instant", { eta: workshop.clock.now() + 333 });
    await workshop.clock.advance("11s");
    expect(Object.fromEntries([...starts].map(([name, at]) => [name, at - begin]))).toEqual({
      "in 10 s": 10_000,
      "in 900 ms": 900,
      "in 50 ms": 150,
      "at an instant": 433,
    });
  });

  test("with the hints lost, they start within a poll of being due", async () => {
    workshop = new Workshop({}, (engine) => replacing(engine, "bus", { publish: async () => {} }));
    let startedAt = 0;
    const task = workshop.task({
      name: "due",
      run: () => {
        startedAt = workshop.clock.now();
      },
    });
    await workshop.worker({ poll: "1s" }).start();
    await workshop.clock.advance("1300ms");
    const begin = workshop.clock.now();
    await task.delay(undefined, { countdown: 50 });
    await workshop.clock.advance("2s");
    expect(startedAt - begin).toBeGreaterThanOrEqual(50);
    expect(startedAt - begin).toBeLessThanOrEqual(1_050);
  });

  test("thousands that fall due together all start", async () => {
    workshop = new Workshop();
    let runs = 0;
    const task = workshop.task<number, unknown>({
      name: "due",
      run: () => {
        runs += 1;
      },
    });
    await task.delayMany(
      Array.from({ length: 3_500 }, (_, number) => number),
      { countdown: "5s" },
    );
    const worker = workshop.worker({ concurrency: 100 });
    await worker.start();
    await workshop.clock.advance("4999ms");
    expect(runs).toBe(0);
    await workshop.clock.advance(1);
    await worker.drain();
    expect(runs).toBe(3_500);
  });
});

test("jobs past their expiry are revoked, although nobody would have claimed them", async () => {
  workshop = new Workshop();
  workshop.task({ name: "any", run: () => 1 });
  const unknown = workshop.task({ name: "of another worker" });
  const result = await unknown.delay(undefined, { expires: "10s" });
  await workshop.worker().start();
  await workshop.clock.advance("16s");
  expect(await result.snapshot()).toMatchObject({ state: "revoked", by: "expiry" });
});

test("finished jobs past their retention are removed", async () => {
  workshop = new Workshop({ retention: { succeeded: "1m" } });
  const task = workshop.task({ name: "any", run: () => 1 });
  const result = await task.delay();
  await workshop.worker().start();
  await workshop.clock.advance("59s");
  expect(await result.state()).toBe("succeeded");
  await workshop.clock.advance("6s");
  await expect(result.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
});

test("jobs of a lost worker are rescued, told and run", async () => {
  workshop = new Workshop();
  const task = workshop.task({ name: "any", run: () => "ran" });
  await workshop.engine.start();
  const { liveness, jobs } = workshop.engine;
  const description = {
    id: "lost",
    host: "h",
    pid: 1,
    version: "1",
    queues: undefined,
    tasks: ["any"],
    concurrency: 1,
  };
  await liveness.register(description, 15_000);
  const result = await task.delay();
  const claim = { queues: undefined, tasks: ["any"], max: 1, alone: false, retainMs: 1 };
  await jobs.exchange({ worker: "lost", exchange: 1, settlements: [], claim });
  await workshop.worker({ lease: "15s" }).start();
  await workshop.clock.advance("19s");
  expect(await result.get()).toBe("ran");
  expect(workshop.log.find("rescued from a lost worker")).toMatchObject([
    { level: "warn", fields: { id: result.id, task: "any", worker: "lost", crashes: 1 } },
  ]);
  expect(workshop.metric("lovage_jobs_rescued_total")).toBe(1);
});

test("a chore that fails is told once and outlasted; the others go on", async () => {
  let broken = true;
  workshop = new Workshop({ retention: { succeeded: "1m" } }, (engine) =>
    replacing(engine, "upkeep", {
      prune: (request) => (broken ? Promise.reject(new EngineUnavailable("broken")) : engine.upkeep.prune(request)),
    }),
  );
  const task = workshop.task({ name: "any", run: () => 1 });
  await workshop.worker().start();
  await workshop.clock.advance("2m");
  const result = await task.delay(undefined, { countdown: "1s" });
  await workshop.clock.advance("1s");
  expect(await result.get()).toBe(1);
  expect(workshop.log.find("the engine does not answer")).toMatchObject([{ fields: { operation: "prune" } }]);
  broken = false;
  await workshop.clock.advance("2m");
  await expect(result.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
});
