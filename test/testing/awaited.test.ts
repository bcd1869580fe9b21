import { lovage } from "lovage";
import { type TestBench, testing } from "lovage/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let bench: TestBench;
beforeEach(() => {
  bench = testing(lovage({ url: "memory:" }));
});
afterEach(() => bench.close());

function doubling(options: {
  readonly retry?: { readonly max: number; readonly backoff: "10s"; readonly jitter: false };
}) {
  const attempts: number[] = [];
  const task = bench.app.task({
    name: "double",
    ...options,
    async run(input: number, { attempt }) {
      attempts.push(attempt);
      if (options.retry !== undefined && attempt <= options.retry.max) throw new Error("not yet");
      return input * 2;
    },
  });
  return { task, attempts };
}

test("who waits for a result gets it: what is ready runs", async () => {
  const { task } = doubling({});
  const startedMs = bench.clock.now();
  expect(await (await task.delay(21)).get()).toBe(42);
  const results = await task.delayMany([1, 2, 3]);
  expect(await Promise.all(results.map((result) => result.get({ timeout: "1s" })))).toEqual([2, 4, 6]);
  expect(bench.clock.now()).toBe(startedMs);
});

test("time passes for a job that is due later, or is tried again, and no more of it than needed", async () => {
  const { task, attempts } = doubling({ retry: { max: 2, backoff: "10s", jitter: false } });
  const startedMs = bench.clock.now();
  const later = await task.delay(1, { countdown: "1h" });
  const result = await task.delay(21, { countdown: "1m" });
  expect(await result.get()).toBe(42);
  expect(attempts).toEqual([1, 2, 3]);
  expect(bench.clock.now() - startedMs).toBe(60_000 + 10_000 + 20_000);
  expect(await later.state()).toBe("scheduled");
});

test("a timeout runs out on the clock of the test, at once", async () => {
  const { task } = doubling({});
  const startedMs = bench.clock.now();
  const result = await task.delay(21, { countdown: "1h" });
  await expect(result.get({ timeout: "30s" })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
  expect(bench.clock.now() - startedMs).toBe(30_000);
  await expect(result.get({ timeout: 0 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
});

test("a timeout of 0 only looks: nothing runs", async () => {
  const { task, attempts } = doubling({});
  const result = await task.delay(21);
  await expect(result.get({ timeout: 0 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
  expect(attempts).toEqual([]);
  await bench.drain();
  expect(await result.get({ timeout: 0 })).toBe(42);
});

test("a job that nothing will end is told at once", async () => {
  doubling({});
  const result = await bench.app.send("unknown");
  await expect(result.get()).rejects.toMatchObject({
    code: "STATE_CONFLICT",
    message: expect.stringContaining('of task "unknown" is ready, and nothing under test will end it'),
  });
  await expect(result.get({ timeout: "1m" })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
});

test("what the test does itself comes first, and is counted there", async () => {
  const { task } = doubling({});
  const first = (await task.delay(1)).get();
  expect(await bench.drain()).toMatchObject({ succeeded: 1 });
  expect(await first).toBe(2);
  const second = (await task.delay(2, { countdown: "5m" })).get();
  expect(await bench.advance("10m")).toMatchObject({ succeeded: 1 });
  expect(await second).toBe(4);
});

test("a handler may wait for another job", async () => {
  const { task } = doubling({});
  const parent = bench.app.task({ name: "parent", run: async () => (await task.delay(4)).get() });
  const result = await parent.delay();
  expect(await bench.drain()).toMatchObject({ succeeded: 2 });
  expect(await result.get()).toBe(8);
  expect(await (await parent.delay()).get()).toBe(8);
});

test("a wait that was given up lets nothing run, and a failed job rejects", async () => {
  const { task, attempts } = doubling({});
  const result = await task.delay(1);
  await expect(result.get({ signal: AbortSignal.abort(new Error("gave up")) })).rejects.toThrow("gave up");
  expect(await result.state()).toBe("ready");
  expect(attempts).toEqual([]);
  const failing = bench.app.task({ name: "fails", retry: { max: 0 }, run: () => Promise.reject(new Error("no")) });
  await expect((await failing.delay()).get()).rejects.toMatchObject({ code: "JOB_FAILED" });
});

test("a bench that was closed drains nothing of the app's own engine", async () => {
  const { task, attempts } = doubling({});
  const waiting = expect((await task.delay(1)).get()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  await bench.close();
  await waiting;
  await expect(bench.drain()).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  expect(attempts).toEqual([]);
});
