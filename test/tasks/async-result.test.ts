import { describe, expect, test } from "vitest";
import { sleep } from "../../src/kernel/clock.ts";
import { fromErrorRecord } from "../../src/kernel/error-record.ts";
import type { Outcome } from "../../src/kernel/job.ts";
import type { AsyncResult } from "../../src/tasks/index.ts";
import { rejection, type Setup, setUp } from "./setup.ts";

const retainMs = 3_600_000;
const failure = { name: "GatewayError", message: "502", stack: "GatewayError: 502\n    at fetch (a.ts:1:1)" };
const succeeded: Outcome = { kind: "succeeded", result: '{"entries":12}', retainMs };
const failed: Outcome = { kind: "failed", error: failure, retainMs };
const discarded: Outcome = { kind: "revoked", by: "handler", reason: "the feed is gone", retainMs };

async function push(setup: Setup): Promise<AsyncResult<unknown>> {
  return setup.task({ name: "t" }).delay(7);
}

async function end(setup: Setup, outcome: Outcome): Promise<void> {
  const [job] = await setup.claim(["t"]);
  if (job === undefined) throw new Error("nothing was claimed");
  await setup.settle(job, outcome);
}

async function ended(setup: Setup, outcome: Outcome): Promise<AsyncResult<unknown>> {
  const result = await push(setup);
  await end(setup, outcome);
  return result;
}

test.each<[string, string, (result: AsyncResult<unknown>) => Promise<unknown>]>([
  ["get({ timeoutMs })", "timeoutMs is not an option", (result) => result.get(mistaken({ timeoutMs: 1 }))],
  ['get("30s")', '"30s", not an object', (result) => result.get(mistaken("30s"))],
  ["revoke({ because })", "because is not an option", (result) => result.revoke(mistaken({ because: "x" }))],
])("%s is refused instead of left out", async (_, said, call) => {
  const result = await push(await setUp());
  const error = await rejection(call(result));
  expect(error).toMatchObject({ code: "OPTIONS_INVALID", message: expect.stringContaining(said) });
});

/** Options as a caller without types may write them. */
function mistaken(options: unknown): never {
  return options as never;
}

describe("an id that is not there", () => {
  const unknown = "01900000-0000-7000-8000-000000000000";

  test.each<[string, (result: AsyncResult<unknown>) => Promise<unknown>]>([
    ["state", (result) => result.state()],
    ["ready", (result) => result.ready()],
    ["progress", (result) => result.progress()],
    ["snapshot", (result) => result.snapshot()],
    ["get", (result) => result.get()],
    ["watch", (result) => result.watch().next()],
    ["revoke", (result) => result.revoke()],
    ["retry", (result) => result.retry()],
    ["forget", (result) => result.forget()],
  ])("%s() says so", async (_, ask) => {
    const setup = await setUp();
    const error = await rejection(ask(setup.result(unknown)));
    expect(error).toMatchObject({ code: "JOB_NOT_FOUND", details: { id: unknown } });
    expect(error.message).toContain(unknown);
  });

  test.each(["", "no-uuid", "a\u0000b", "'; DROP TABLE job", "x".repeat(100_000)])("nor is %j", async (id) => {
    expect(await rejection((await setUp()).result(id).get())).toMatchObject({ code: "JOB_NOT_FOUND" });
  });

  test.each([undefined, null, 7, {}])("%j is no id", async (id) => {
    const setup = await setUp();
    const ask = (): unknown => setup.result(id as unknown as string);
    expect(ask).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  });
});

describe("what a snapshot says in each state", () => {
  test("ready, active with progress, succeeded", async () => {
    const setup = await setUp();
    const result = await push(setup);
    expect(await result.snapshot()).toMatchObject({ state: "ready", attempt: 1, task: "t", progress: undefined });
    expect(await result.ready()).toBe(false);
    const [job] = await setup.claim(["t"]);
    if (job === undefined) throw new Error("nothing was claimed");
    await setup.engine.jobs.progress([{ ...job, progress: '{"done":3}' }]);
    const startedAt = new Date(setup.clock.now());
    expect(await result.snapshot()).toMatchObject({
      state: "active",
      startedAt,
      worker: "worker-1",
      progress: { done: 3 },
    });
    expect(await result.progress()).toEqual({ done: 3 });
    await setup.settle(job, succeeded);
    expect(await result.snapshot()).toMatchObject({ state: "succeeded", attempt: 1, result: { entries: 12 } });
    expect(await result.ready()).toBe(true);
    expect(await result.state()).toBe("succeeded");
  });

  test("scheduled after a failure, with the error; then failed", async () => {
    const setup = await setUp();
    const result = await ended(setup, { kind: "retried", error: failure, due: { afterMs: 5_000 } });
    const snapshot = await result.snapshot();
    expect(snapshot).toMatchObject({ state: "scheduled", attempt: 2, dueAt: new Date(setup.clock.now() + 5_000) });
    expect(snapshot.state === "scheduled" && snapshot.error).toMatchObject({ name: "GatewayError", message: "502" });
    await setup.clock.advance("5s");
    await setup.engine.upkeep.promote({ max: 1 });
    // Who did not see it wait learns from the attempt that runs why there is another.
    expect(await result.snapshot()).toMatchObject({ state: "ready", attempt: 2, error: { message: "502" } });
    await end(setup, failed);
    expect(await result.snapshot()).toMatchObject({ state: "failed", attempt: 2, error: { code: "JOB_FAILED" } });
  });

  test("revoked, by whom and why", async () => {
    const snapshot = await (await ended(await setUp(), discarded)).snapshot();
    expect(snapshot).toMatchObject({ state: "revoked", by: "handler", reason: "the feed is gone" });
  });
});

describe("get()", () => {
  test("gives the result", async () => {
    expect(await (await ended(await setUp(), succeeded)).get()).toEqual({ entries: 12 });
  });

  test("gives undefined where the handler returned nothing, or its result was discarded", async () => {
    expect(await (await ended(await setUp(), { ...succeeded, result: undefined })).get()).toBeUndefined();
  });

  test("waits for the end", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const got = result.get();
    await end(setup, succeeded);
    expect(await got).toEqual({ entries: 12 });
  });

  test("a thousand of them wait at the cost of one subscription, and of a few reads", async () => {
    const calls = { changes: 0, get: 0 };
    const setup = await setUp({}, (engine) => ({
      ...engine,
      jobs: {
        ...engine.jobs,
        changes: (listener) => {
          calls.changes += 1;
          return engine.jobs.changes(listener);
        },
      },
      inspect: {
        ...engine.inspect,
        get: (ids) => {
          calls.get += 1;
          return engine.inspect.get(ids);
        },
      },
    }));
    const results = await setup.task({ name: "t" }).delayMany(Array.from({ length: 1_000 }, (_, index) => index));
    const got = Promise.all(results.map((result) => result.get()));
    const claimed = await setup.claim(["t"], 1_000);
    await Promise.all(claimed.map((job) => setup.settle(job, succeeded)));
    expect(await got).toHaveLength(1_000);
    expect(calls.changes).toBe(1);
    expect(calls.get).toBeLessThanOrEqual(20);
  });

  test("a failed job rejects with the original name, message, stack and the number of attempts", async () => {
    const result = await ended(await setUp(), failed);
    const error = await rejection(result.get());
    expect(error).toMatchObject({ code: "JOB_FAILED", details: { id: result.id, task: "t", attempts: 1 } });
    expect(error.message).toBe(`Job ${result.id} of task "t" failed after 1 attempt: GatewayError: 502`);
    expect(error.cause).toMatchObject(failure);
    expect(error.cause).toEqual(fromErrorRecord(failure));
  });

  test("a revoked job rejects with who ended it and why", async () => {
    const error = await rejection((await ended(await setUp(), discarded)).get());
    expect(error).toMatchObject({ code: "JOB_REVOKED", details: { by: "handler", reason: "the feed is gone" } });
  });

  test("runs out of time; the job goes on, and nothing of the wait is left", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const refused = rejection(result.get({ timeout: "30s" }));
    await setup.clock.advance("29s");
    await setup.clock.advance("1s");
    expect(await refused).toMatchObject({
      code: "RESULT_TIMEOUT",
      message: expect.stringContaining('it is ready, and waits for a free worker that knows task "t"'),
      details: { id: result.id, timeoutMs: 30_000, state: "ready" },
    });
    expect(await result.state()).toBe("ready");
    await setup.clock.advance("10s");
    expect(setup.clock.pending).toBe(0);
  });

  test("that runs out of time says where the job stands by then", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const refused = rejection(result.get({ timeout: "30s" }));
    await setup.clock.advance("10s");
    await setup.claim(["t"]);
    await setup.clock.advance("20s");
    expect(await refused).toMatchObject({
      message: expect.stringContaining("it is active, goes on"),
      details: { state: "active" },
    });
  });

  test("looks once, however short the timeout", async () => {
    // An answer takes 20 ms, as on a busy machine.
    const setup = await setUp({}, (engine) => ({
      ...engine,
      inspect: {
        ...engine.inspect,
        get: async (ids) => {
          await sleep(setup.clock, 20);
          return engine.inspect.get(ids);
        },
      },
    }));
    const result = await push(setup);
    const refused = rejection(result.get({ timeout: 0 }));
    await setup.clock.advance(20);
    expect(await refused).toMatchObject({ code: "RESULT_TIMEOUT", details: { timeoutMs: 0 } });
    await end(setup, succeeded);
    const got = result.get({ timeout: 0 });
    await setup.clock.advance(20);
    expect(await got).toEqual({ entries: 12 });
  });

  test("keeps its timeout when the engine does not answer at all", async () => {
    const setup = await setUp({}, (engine) => ({
      ...engine,
      inspect: { ...engine.inspect, get: () => new Promise(() => {}) },
    }));
    const refused = Promise.all([
      rejection(setup.result("a").get({ timeout: "2s" })),
      rejection(setup.result("b").get({ timeout: 0 })),
    ]);
    await setup.clock.advance("2s");
    expect(await refused).toMatchObject([{ code: "RESULT_TIMEOUT" }, { code: "RESULT_TIMEOUT" }]);
  });

  test("ends when the signal aborts, with its reason", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const reason = new RangeError("the request was closed");
    expect(await rejection(result.get({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    const controller = new AbortController();
    const refused = rejection(result.get({ signal: controller.signal }));
    controller.abort(reason);
    expect(await refused).toBe(reason);
  });

  test("refuses a timeout that is none", async () => {
    const options: object = { timeout: "soon" };
    expect(await rejection((await push(await setUp())).get(options))).toMatchObject({ code: "OPTIONS_INVALID" });
  });

  test("ends when the app is closed", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const refused = rejection(result.get());
    await setup.source.watcher.close();
    expect(await refused).toMatchObject({ code: "ENGINE_CLOSED" });
    expect(await rejection(result.get())).toMatchObject({ code: "ENGINE_CLOSED" });
    await setup.clock.advance("10s");
    expect(setup.clock.pending).toBe(0);
  });
});

describe("steering a job", () => {
  test("revoke() ends one that waits, at once and with the reason", async () => {
    const setup = await setUp();
    const result = await push(setup);
    await result.revoke({ reason: "changed my mind" });
    expect(await result.snapshot()).toMatchObject({ state: "revoked", by: "caller", reason: "changed my mind" });
    expect(await setup.claim(["t"])).toEqual([]);
  });

  test.each([[7], ["x".repeat(8_001)], [{ why: "?" }]])(
    "revoke() takes no reason that is no short text",
    async (reason) => {
      const setup = await setUp();
      const result = await push(setup);
      expect(await rejection(result.revoke(Object({ reason })))).toMatchObject({ code: "OPTIONS_INVALID" });
      expect(await result.state()).toBe("ready");
    },
  );

  test("revoke() asks one that runs to end: success wins, anything else becomes revoked", async () => {
    for (const [outcome, state] of [
      [succeeded, "succeeded"],
      [failed, "revoked"],
    ] as const) {
      const setup = await setUp();
      const result = await push(setup);
      const [job] = await setup.claim(["t"]);
      if (job === undefined) throw new Error("nothing was claimed");
      await result.revoke();
      expect(await result.state()).toBe("active");
      await setup.settle(job, outcome);
      expect(await result.state()).toBe(state);
    }
  });

  test("retry() makes a failed job ready again, its failures forgotten", async () => {
    const setup = await setUp();
    const result = await ended(setup, failed);
    await result.retry();
    expect(await result.snapshot()).toMatchObject({ state: "ready", attempt: 1 });
    await end(setup, succeeded);
    expect(await result.get()).toEqual({ entries: 12 });
  });

  test("retry() brings back a revoked one", async () => {
    const setup = await setUp();
    const result = await push(setup);
    await result.revoke();
    await result.retry();
    expect(await result.state()).toBe("ready");
  });

  test("forget() removes a job and its result", async () => {
    const result = await ended(await setUp(), succeeded);
    await result.forget();
    expect(await rejection(result.get())).toMatchObject({ code: "JOB_NOT_FOUND" });
  });

  test.each<[string, Outcome | "ready" | "active", (result: AsyncResult<unknown>) => Promise<void>]>([
    ["revoke one that succeeded", succeeded, (result) => result.revoke()],
    ["revoke one that failed", failed, (result) => result.revoke()],
    ["revoke one that is revoked", discarded, (result) => result.revoke()],
    ["retry one that succeeded", succeeded, (result) => result.retry()],
    ["retry one that is ready", "ready", (result) => result.retry()],
    ["retry one that runs", "active", (result) => result.retry()],
    ["forget one that runs", "active", (result) => result.forget()],
  ])("cannot %s", async (_, state, steer) => {
    const setup = await setUp();
    const result = await push(setup);
    if (state === "active") await setup.claim(["t"]);
    else if (state !== "ready") await end(setup, state);
    const before = await result.snapshot();
    expect(await rejection(steer(result))).toMatchObject({ code: "STATE_CONFLICT", details: { id: result.id } });
    expect(await result.snapshot()).toEqual(before);
  });
});
