import { describe, expect, test } from "vitest";
import type { Engine, PushRequest } from "../../src/engine/index.ts";
import { EngineUnavailable } from "../../src/kernel/errors.ts";
import { rejection, setUp } from "./setup.ts";

/** The engine with another `push`; everything else is its own. */
function withPush(push: (engine: Engine) => Engine["jobs"]["push"]): (engine: Engine) => Engine {
  return (engine) => ({ ...engine, jobs: { ...engine.jobs, push: push(engine) } });
}

describe("delayMany", () => {
  test("pushes all inputs in order, in one request", async () => {
    const requests: number[] = [];
    const setup = await setUp(
      {},
      withPush((engine) => (given) => {
        requests.push(...given.map(({ jobs }) => jobs.length));
        return engine.jobs.push(given);
      }),
    );
    const results = await setup.task({ name: "t" }).delayMany([3, 1, 2], { priority: 7 });
    const records = await setup.engine.inspect.get(results.map(({ id }) => id));
    expect(records.map((record) => record?.input)).toEqual(["3", "1", "2"]);
    expect(requests).toEqual([3]);
    expect((await setup.claim(["t"])).map(({ input }) => input)).toEqual(["3", "1", "2"]);
  });

  test("nothing is no push", async () => {
    const setup = await setUp(
      {},
      withPush(() => () => Promise.reject(new Error("pushed"))),
    );
    expect(await setup.task({ name: "t" }).delayMany([])).toEqual([]);
  });

  test("a list with holes is one of undefined, and the pushes of the same turn go on", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t" });
    const holes = Object.assign(new Array<number>(2), { 1: 7 });
    const [before, many, after] = await Promise.all([task.delay(1), task.delayMany(holes), task.delay(2)]);
    expect([before.outcome, many.length, after.outcome]).toEqual(["created", 2, "created"]);
    expect((await setup.claim(["t"])).map(({ input }) => input)).toEqual(["1", undefined, "7", "2"]);
  });

  test.each([[null], [7], ["text"], [new Set([1])]])("%s is no list of inputs", async (inputs) => {
    const task = (await setUp()).task({ name: "t" });
    const pushed: Promise<unknown> = Reflect.apply(task.delayMany, task, [inputs]);
    expect(await rejection(pushed)).toMatchObject({ code: "OPTIONS_INVALID" });
  });

  test.each<[string, unknown[], object, string]>([
    ["an input that is not JSON", [1, () => {}, 3], {}, "NOT_JSON"],
    ["an option that does not fit", [1, 2, 3], { priority: 11 }, "OPTIONS_INVALID"],
    ["a queue that has no room for all", [1, 2, 3], { queue: "small" }, "QUEUE_FULL"],
  ])("%s: none is pushed", async (_, inputs, options, code) => {
    const setup = await setUp({ queues: { small: { maxDepth: 2 } } });
    expect(await rejection(setup.task({ name: "t" }).delayMany(inputs, options))).toMatchObject({ code });
    expect(await setup.engine.inspect.count({})).toBe(0);
  });
});

describe("maxDepth", () => {
  test("refuses what would make more unfinished jobs, until there is room again", async () => {
    const setup = await setUp({ queues: { small: { maxDepth: 2 } } });
    const task = setup.task({ name: "t", queue: "small" });
    await task.delay(1);
    await task.delay(2, { countdown: "1h" });
    const error = await rejection(task.delay(3));
    expect(error).toMatchObject({ code: "QUEUE_FULL", details: { queue: "small", depth: 2, maxDepth: 2 } });
    const [job] = await setup.claim(["t"]);
    if (job === undefined) throw new Error("nothing was claimed");
    expect(await rejection(task.delay(3))).toMatchObject({ code: "QUEUE_FULL" });
    await setup.settle(job, { kind: "succeeded", result: undefined, retainMs: 1_000 });
    expect(await task.delay(3)).toMatchObject({ outcome: "created" });
  });

  test("a job that is there already takes no room", async () => {
    const setup = await setUp({ queues: { small: { maxDepth: 1 } } });
    const task = setup.task({ name: "t", queue: "small" });
    await task.delay(1, { key: "k" });
    expect(await task.delay(1, { key: "k" })).toMatchObject({ outcome: "existing" });
  });

  test("one refused push does not touch its neighbours of the same turn", async () => {
    const setup = await setUp({ queues: { small: { maxDepth: 0 } } });
    const task = setup.task({ name: "t" });
    const outcomes = await Promise.allSettled([task.delay(1), task.delay(2, { queue: "small" }), task.delay(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("the pushes of one turn travel together", () => {
  test("a thousand single pushes are one call of the engine, and 2,500 are three", async () => {
    const calls: (readonly PushRequest[])[] = [];
    const setup = await setUp(
      {},
      withPush((engine) => (requests) => {
        calls.push(requests);
        return engine.jobs.push(requests);
      }),
    );
    const task = setup.task({ name: "t" });
    await Promise.all(Array.from({ length: 2_500 }, (_, index) => task.delay(index)));
    expect(calls.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });
});

describe("an engine that does not do its part", () => {
  test("never answers: the push ends at its deadline, with the advice that repeating is safe", async () => {
    const setup = await setUp(
      { pushTimeout: "3s" },
      withPush(() => () => new Promise(() => {})),
    );
    const refused = rejection(setup.task({ name: "t" }).delay(1));
    await setup.clock.advance("3s");
    expect(await refused).toMatchObject({ code: "ENGINE_TIMEOUT", details: { timeoutMs: 3_000 } });
    expect(setup.clock.pending).toBe(0);
  });

  test("never starts: the same", async () => {
    const setup = await setUp({ pushTimeout: "3s" }, (engine) => ({ ...engine, start: () => new Promise(() => {}) }));
    const task = setup.task({ name: "t" });
    const refused = Promise.all([rejection(task.delay(1)), rejection(task.delay(1, { tx: {} }))]);
    await setup.clock.advance("3s");
    expect(await refused).toMatchObject([{ code: "ENGINE_TIMEOUT" }, { code: "ENGINE_TIMEOUT" }]);
  });

  test("is away: its error comes at once", async () => {
    const away = new EngineUnavailable("The engine is away.");
    const setup = await setUp(
      {},
      withPush(() => () => Promise.reject(away)),
    );
    expect(await rejection(setup.task({ name: "t" }).delay(1))).toBe(away);
  });

  test("throws something of its own: it becomes a typed error with its cause", async () => {
    const cause = new Error("socket hang up");
    const setup = await setUp(
      {},
      withPush(() => () => Promise.reject(cause)),
    );
    const error = await rejection(setup.task({ name: "t" }).delay(1));
    expect(error).toMatchObject({ code: "ENGINE_UNAVAILABLE", message: expect.stringContaining("socket hang up") });
    expect(error.cause).toBe(cause);
  });

  test("answers with too few replies: an error, not a hang", async () => {
    const setup = await setUp(
      {},
      withPush(() => async () => []),
    );
    expect((await rejection(setup.task({ name: "t" }).delay(1))).message).toContain("1 items got 0 replies");
  });
});

test("the memory engine cannot push within a transaction, and says what can", async () => {
  const task = (await setUp()).task({ name: "t" });
  expect(await rejection(task.delay(1, { tx: {} }))).toMatchObject({ code: "TRANSACTION_UNSUPPORTED" });
});

test("what was pushed is counted, what was there already is not", async () => {
  const setup = await setUp();
  const task = setup.task({ name: "t" });
  await task.delayMany([1, 2, 3]);
  await task.delay(1, { key: "k" });
  await task.delay(1, { key: "k" });
  const pushed = setup.metrics.samples().find(({ name }) => name === "lovage_jobs_pushed_total");
  expect(pushed).toMatchObject({ value: 4 });
});
