import { expect, test } from "vitest";
import type { NewJob } from "../../../src/kernel/job.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { TestWorker } from "../../../src/testing/conformance/worker.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { startEngine } from "./setup.ts";

const postgres = await findPostgres();

describeRequiring(postgres)("claims from several queues and tasks of PostgreSQL", () => {
  const jobs = [
    { task: "a", queue: "one", priority: 5 },
    { task: "b", queue: "two", priority: 5 },
    { task: "a", queue: "paused", priority: 9 },
    { task: "a", queue: "two", priority: 7 },
    { task: "b", queue: "one", priority: 5 },
    { task: "a", queue: "three", priority: 5 },
  ];
  const byOrder = ["a two", "a one", "b two", "b one", "a three"];

  test("one order holds across whole tasks and the lanes of a task with a paused queue", async () => {
    const worker = await startWorker(jobs);
    await worker.engine.inspect.pause("paused");
    expect(await claimed(worker, 10)).toEqual(byOrder);
    await worker.engine.inspect.resume("paused");
    expect(await claimed(worker, 10)).toEqual(["a paused"]);
  });

  test("one at a time they come in the same order", async () => {
    const worker = await startWorker(jobs);
    await worker.engine.inspect.pause("paused");
    const names: string[] = [];
    for (let count = 0; count < jobs.length; count += 1) names.push(...(await claimed(worker, 1)));
    expect(names).toEqual(byOrder);
  });

  test("a queue that a worker names twice gives each job once", async () => {
    const worker = await startWorker(jobs);
    expect(await claimed(worker, 10, ["one", "one", "never pushed to"])).toEqual(["a one", "b one"]);
  });

  test("every twentieth is the oldest, whichever task it is of", async () => {
    const urgent = Array.from({ length: 20 }, () => ({ task: "a", queue: "urgent", priority: 9 }));
    const worker = await startWorker([{ task: "b", queue: "low", priority: 0 }, ...urgent]);
    expect((await claimed(worker, 20)).at(-1)).toBe("b low");
    expect(await claimed(worker, 20)).toEqual(["a urgent"]);
  });

  test("from far more lanes than it wants jobs a claim takes the first", async () => {
    const queues = Array.from({ length: 300 }, (_, index) => ({ task: "a", queue: String(299 - index) }));
    const worker = await startWorker([{ task: "a", queue: "paused" }, ...queues, ...queues]);
    await worker.engine.inspect.pause("paused");
    expect(await claimed(worker, 3)).toEqual(["a 299", "a 298", "a 297"]);
    const rest: string[] = [];
    for (let some = await claimed(worker, 50); some.length > 0; some = await claimed(worker, 50)) rest.push(...some);
    expect(rest).toEqual([...queues, ...queues].slice(3).map(({ queue }) => `a ${queue}`));
  });

  test("a job that is pushed to a paused queue while others claim stays there", async () => {
    const worker = await startWorker([]);
    const { engine } = worker;
    await engine.inspect.pause("paused");
    // Each time it is the first ready job of that queue: the queue was empty when the claim began.
    const pushOne = async (): Promise<void> => {
      const request = pushRequest([{ task: "a", queue: "paused" }]);
      await engine.jobs.push([request]);
      await engine.inspect.remove({ selection: { ids: request.jobs.map(({ id }) => id) }, dryRun: false });
    };
    const taken: string[] = [];
    let isPushing = true;
    const pushing = (async () => {
      for (let count = 0; count < 200; count += 1) await pushOne();
    })().finally(() => {
      isPushing = false;
    });
    while (isPushing) taken.push(...(await claimed(worker, 1)));
    await pushing;
    expect(taken).toEqual([]);
  });

  async function startWorker(pushed: readonly Partial<NewJob>[]): Promise<TestWorker> {
    const engine = await startEngine(postgres.met ? postgres.url : "");
    const worker = new TestWorker(engine, { id: "worker", leaseMs: 60_000, tasks: ["a", "b"] });
    await worker.register();
    await engine.jobs.push([pushRequest(pushed)]);
    return worker;
  }

  async function claimed(worker: TestWorker, max: number, queues?: readonly string[]): Promise<readonly string[]> {
    const jobs = await worker.claim(max, queues === undefined ? {} : { queues });
    return jobs.map(({ task, queue }) => `${task} ${queue}`);
  }
});
