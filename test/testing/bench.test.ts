import { AssertionError } from "node:assert";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { defineTask, lovage } from "lovage";
import { testing } from "lovage/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";

function shop() {
  const app = lovage({ url: "memory:" });
  const ran: string[] = [];
  const sendMail = app.task({
    name: "mail.send",
    async run({ userId }: { userId: number; body?: { text: string; tags: string[] } }) {
      ran.push(`mail ${userId}`);
    },
  });
  const order = app.task({
    name: "orders.place",
    input: z.object({ orderId: z.number() }),
    async run({ orderId }) {
      ran.push(`order ${orderId}`);
      await sendMail.delay({ userId: orderId }, { countdown: "5m" });
      return { orderId };
    },
  });
  const flaky = app.task({
    name: "flaky",
    retry: { max: 2, backoff: "10s", jitter: false },
    async run(succeedsAt: number, { attempt }) {
      ran.push(`flaky ${attempt}`);
      if (attempt < succeedsAt) throw new RangeError("not yet");
      return attempt;
    },
  });
  return { app, ran, sendMail, order, flaky, bench: testing(app) };
}

type Shop = ReturnType<typeof shop>;

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  return "it passed";
}

describe("drain()", () => {
  test("nothing runs before it; it runs what is ready, and leaves delayed jobs and retries", async () => {
    const { bench, order, flaky, ran } = shop();
    const placed = await order.delay({ orderId: 7 });
    const failing = await flaky.delay(2);
    expect(ran).toEqual([]);
    expect(await bench.drain()).toMatchObject({ succeeded: 1, retried: 1, failed: 0 });
    expect(ran).toEqual(["order 7", "flaky 1"]);
    expect(await placed.get()).toEqual({ orderId: 7 });
    expect(await failing.state()).toBe("scheduled");
    await bench.close();
  });

  test("until idle: moves the clock to whatever is due next, and no further", async () => {
    const { bench, order, flaky, ran } = shop();
    const startedMs = bench.clock.now();
    await order.delay({ orderId: 7 });
    const failing = await flaky.delay(9);
    expect(await bench.drain({ until: "idle" })).toMatchObject({ succeeded: 2, retried: 2, failed: 1 });
    expect(ran).toEqual(["order 7", "flaky 1", "flaky 2", "flaky 3", "mail 7"]);
    expect(await failing.state()).toBe("failed");
    expect(bench.clock.now() - startedMs).toBe(300_000);
    await bench.close();
  });

  test("until idle: a task that never comes to an end is told, not waited for", async () => {
    const app = lovage({ url: "memory:" });
    const bench = testing(app);
    const forever = app.task({ name: "forever", run: async (_, { snooze }) => snooze("1m") });
    await forever.delay();
    await expect(bench.drain({ until: "idle" })).rejects.toThrow(/After 1000 due times jobs are still being scheduled/);
    await bench.close();
  });

  test("tells what happened in each way", async () => {
    const app = lovage({ url: "memory:" });
    const bench = testing(app);
    const task = app.task({
      name: "any",
      retry: { max: 0 },
      async run(kind: string, { discard, snooze }) {
        if (kind === "discard") discard("pointless");
        if (kind === "snooze") snooze("1m");
        if (kind === "fail") throw new Error("no");
      },
    });
    await task.delayMany(["discard", "snooze", "fail", "succeed"]);
    expect(await bench.drain()).toEqual({
      succeeded: 1,
      failed: 1,
      revoked: 1,
      retried: 0,
      snoozed: 1,
      released: 0,
      replaced: 0,
    });
    expect(bench.log).toMatchObject([{ level: "error", fields: { task: "any" } }]);
    await bench.close();
  });

  test("refuses what it does not know", async () => {
    const { bench } = shop();
    const options: object = { until: "later" };
    await expect(bench.drain(options)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    await bench.close();
  });
});

describe("advance()", () => {
  test("runs each job when it is due", async () => {
    const { bench, app } = shop();
    const times: number[] = [];
    const startedMs = bench.clock.now();
    const note = app.task({ name: "note", run: async () => void times.push(bench.clock.now() - startedMs) });
    await note.delay(undefined, { countdown: "3s" });
    await note.delay();
    await note.delay(undefined, { countdown: "1s" });
    await note.delay(undefined, { countdown: "10s" });
    expect(await bench.advance("5s")).toMatchObject({ succeeded: 3 });
    expect(times).toEqual([0, 1_000, 3_000]);
    expect(bench.clock.now() - startedMs).toBe(5_000);
    await bench.advance("5s");
    expect(times).toEqual([0, 1_000, 3_000, 10_000]);
    await bench.close();
  });

  test("lets a job expire", async () => {
    const { bench, app, sendMail, ran } = shop();
    const result = await sendMail.delay({ userId: 1 }, { expires: "1m", countdown: "2m" });
    await bench.advance("3m");
    expect(await result.snapshot()).toMatchObject({ state: "revoked", by: "expiry" });
    expect(ran).toEqual([]);
    expect(app.clock).toBe(bench.clock);
    await bench.close();
  });

  test("a year takes no time", async () => {
    const { bench, sendMail } = shop();
    const result = await sendMail.delay({ userId: 1 }, { countdown: "365d" });
    await bench.advance("366d");
    expect(await result.state()).toBe("succeeded");
    await bench.close();
  });

  test("refuses what is no duration", async () => {
    const { bench } = shop();
    await expect(bench.advance(-1)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    await bench.close();
  });
});

describe("pushed() and expectPushed()", () => {
  test("list what callers and handlers pushed, with what they said", async () => {
    const { bench, order, sendMail } = shop();
    await order.delay({ orderId: 7 }, { priority: 9, key: "order:7", headers: { trace: "ab" } });
    await order.delay({ orderId: 7 }, { key: "order:7" });
    await bench.drain();
    expect(bench.pushed().map(({ task }) => task)).toEqual(["orders.place", "mail.send"]);
    expect(bench.pushed(order)).toMatchObject([
      { input: { orderId: 7 }, priority: 9, key: "order:7", headers: { trace: "ab" }, countdownMs: 0 },
    ]);
    expect(bench.pushed("mail.send")).toMatchObject([{ input: { userId: 7 }, countdownMs: 300_000 }]);
    const [push] = bench.expectPushed(sendMail, { userId: 7 }, { countdown: "5m", times: 1 });
    expect(push?.input.userId).toBe(7);
    await bench.close();
  });

  test.each<[string, (bench: Shop["bench"], mail: Shop["sendMail"]) => unknown]>([
    ["any input", (bench, mail) => bench.expectPushed(mail)],
    ["some members", (bench, mail) => bench.expectPushed(mail, { body: { text: "hello" } })],
    ["a whole list", (bench, mail) => bench.expectPushed(mail, { body: { tags: ["a", "b"] } })],
    ["a function", (bench, mail) => bench.expectPushed(mail, ({ userId }) => userId === 2)],
    ["a name", (bench) => bench.expectPushed("mail.send", { userId: 2 })],
    ["a name and a function", (bench) => bench.expectPushed("mail.send", (input) => input !== undefined)],
    ["a number of times", (bench, mail) => bench.expectPushed(mail, undefined, { times: 2 })],
    ["not at all", (bench, mail) => bench.expectPushed(mail, { userId: 3 }, { times: 0 })],
    ["a queue and headers", (bench, mail) => bench.expectPushed(mail, {}, { queue: "bulk", headers: { trace: "ab" } })],
    ["an eta", (bench, mail) => bench.expectPushed(mail, {}, { eta: bench.clock.now() + 60_000 })],
    ["an expiry", (bench, mail) => bench.expectPushed(mail, {}, { expires: "1h" })],
    ["an expiry as a date", (b, mail) => b.expectPushed(mail, {}, { expires: new Date(b.clock.now() + 3_600_000) })],
  ])("fits by %s", async (_, expectation) => {
    const { bench, sendMail } = shop();
    await sendMail.delay({ userId: 1, body: { text: "hello", tags: ["a", "b"] } });
    const options = { queue: "bulk", headers: { trace: "ab", span: "cd" }, countdown: "1m", expires: "1h" } as const;
    await sendMail.delay({ userId: 2 }, options);
    expect(() => expectation(bench, sendMail)).not.toThrow();
    await bench.close();
  });

  test("a failure says what was pushed instead, and why it does not fit", async () => {
    const { bench, order, sendMail } = shop();
    await sendMail.delay({ userId: 1, body: { text: "hello", tags: ["a", "b"] } });
    await sendMail.delay({ userId: 2 }, { countdown: "5s" });
    await order.delay({ orderId: 7 });
    const failures = [
      () => bench.expectPushed(sendMail, { userId: 2 }, { countdown: "10s" }),
      () => bench.expectPushed(sendMail, { body: { tags: ["a"] } }),
      () => bench.expectPushed(sendMail, ({ userId }) => userId > 2),
      () => bench.expectPushed(sendMail, undefined, { times: 1 }),
      () => bench.expectPushed(sendMail, { userId: 1 }, { times: 0, headers: {} }),
      () => bench.expectPushed("flaky"),
    ].map(message);
    expect(failures.join("\n\n")).toMatchInlineSnapshot(`
      "Expected a push of task "mail.send" with input { userId: 2 } and { countdown: '10s' }, but none fits.
      Pushed of this task:
        1. { userId: 1, body: { text: 'hello', tags: [ 'a', 'b' ] } }: its input has 1 at $.userId, not 2
        2. { userId: 2 }: its countdown in ms is 5000, not 10000
      Pushed of other tasks: "orders.place" (1).

      Expected a push of task "mail.send" with input { body: { tags: [ 'a' ] } }, but none fits.
      Pushed of this task:
        1. { userId: 1, body: { text: 'hello', tags: [ 'a', 'b' ] } }: its input has 'b' at $.body.tags[1], not nothing
        2. { userId: 2 }: its input has nothing at $.body, not { tags: [ 'a' ] }
      Pushed of other tasks: "orders.place" (1).

      Expected a push of task "mail.send" that fits the function, but none fits.
      Pushed of this task:
        1. { userId: 1, body: { text: 'hello', tags: [ 'a', 'b' ] } }: the function says no to its input
        2. { userId: 2 }: the function says no to its input
      Pushed of other tasks: "orders.place" (1).

      Expected 1 push of task "mail.send", but 2 fit.
      Pushed of this task:
        1. { userId: 1, body: { text: 'hello', tags: [ 'a', 'b' ] } }: fits
        2. { userId: 2 }: fits
      Pushed of other tasks: "orders.place" (1).

      Expected 0 pushes of task "mail.send" with input { userId: 1 } and { headers: {} }, but 1 fits.
      Pushed of this task:
        1. { userId: 1, body: { text: 'hello', tags: [ 'a', 'b' ] } }: fits
        2. { userId: 2 }: its input has 2 at $.userId, not 1
      Pushed of other tasks: "orders.place" (1).

      Expected a push of task "flaky", but none fits.
      No job of this task was pushed.
      Pushed of other tasks: "mail.send" (2), "orders.place" (1)."
    `);
    await bench.close();
  });
});

describe("run()", () => {
  test("runs one job alone, through schema and worker, and leaves nothing", async () => {
    const { bench, order, sendMail, ran } = shop();
    await sendMail.delay({ userId: 1 });
    expect(await bench.run(order, { orderId: 7 })).toMatchObject({ state: "succeeded", result: { orderId: 7 } });
    expect(ran).toEqual(["order 7"]);
    expect(bench.pushed().map(({ task }) => task)).toEqual(["mail.send", "mail.send"]);
    expect(await bench.app.engine.inspect.count({ tasks: ["orders.place"] })).toBe(0);
    await bench.close();
  });

  test("tells of a failure", async () => {
    const { bench, flaky } = shop();
    const snapshot = await bench.run(flaky, 2);
    expect(snapshot).toMatchObject({ state: "scheduled", error: { name: "RangeError", message: "not yet" } });
    await bench.close();
  });

  test("an input that the schema refuses fails the job, as it would in a worker", async () => {
    const { bench, order } = shop();
    const input: object = { orderId: "7" };
    const snapshot = await bench.run(order, input as { orderId: number });
    expect(snapshot).toMatchObject({ state: "failed", error: { cause: { code: "INPUT_INVALID" } } });
    await bench.close();
  });

  test("the same id is the same job, delivered again", async () => {
    const app = lovage({ url: "memory:" });
    const bench = testing(app);
    const ids: string[] = [];
    const task = app.task({ name: "t", key: () => "k", run: async (_, { id }) => void ids.push(id) });
    const { id } = await bench.run(task, undefined);
    await bench.run(task, undefined, { id });
    expect(ids).toEqual([id, id]);
    await bench.close();
  });

  test("refuses a task of another app, and one without run", async () => {
    const { bench } = shop();
    const other = shop();
    await expect(bench.run(other.order, { orderId: 1 })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    const contract = bench.app.task(defineTask({ name: "contract" }));
    await expect(bench.run(contract, undefined)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    await Promise.all([bench.close(), other.bench.close()]);
  });
});

describe("an app of one's own", () => {
  test("is under test from testing() to close(), and then as it was", async () => {
    const app = lovage({ url: "memory:" });
    const task = app.task({ name: "t", run: async () => "done" });
    const real = await task.delay();
    const before = { engine: app.engine, clock: app.clock, logger: app.logger };
    const bench = testing(app);
    const tested = await task.delay();
    await expect(app.result(real.id).state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await bench.drain();
    expect(await tested.get()).toBe("done");
    await bench.close();
    expect({ engine: app.engine, clock: app.clock, logger: app.logger }).toEqual(before);
    expect(await real.state()).toBe("ready");
    await expect(tested.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await app.close();
  });

  test("opens no file, and can be tested again and again, each time afresh", async () => {
    // Its own engine could not even be opened.
    const app = lovage({ url: "sqlite:/nowhere/at/all/jobs.db" });
    const task = app.task({ name: "t", run: async () => "done" });
    for (let round = 0; round < 2; round += 1) {
      const bench = testing(app);
      await task.delay();
      expect(bench.pushed()).toHaveLength(1);
      expect(await bench.drain()).toMatchObject({ succeeded: 1 });
      await bench.close();
    }
  });

  test("cannot be under two tests at once", async () => {
    const { app, bench } = shop();
    expect(() => testing(app)).toThrow(expect.objectContaining({ code: "STATE_CONFLICT" }));
    await bench.close();
    await testing(app).close();
  });

  test("workers that were started and waits that are open end with the test", async () => {
    const { app, bench, sendMail } = shop();
    const worker = app.worker();
    await worker.start();
    const result = await sendMail.delay({ userId: 1 }, { countdown: "1h" });
    const waiting = expect(result.get()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
    await bench.close();
    await waiting;
    expect(worker.status().state).toBe("stopped");
    expect(bench.clock.pending).toBe(0);
  });

  test("tells its own onError of failures", async () => {
    const failures: unknown[] = [];
    const app = lovage({ url: "memory:", onError: (failure) => failures.push(failure.task) });
    await using bench = testing(app);
    const task = app.task({
      name: "t",
      run: async () => {
        throw new Error("no");
      },
    });
    await task.delay();
    await bench.drain();
    expect(failures).toEqual(["t"]);
  });
});

test("works under node:test as it does here, and leaves nothing that keeps the process alive", async () => {
  const file = fileURLToPath(new URL("node-test.fixture.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", file], {
    timeout: 20_000,
    // Under NODE_TEST_CONTEXT a nested runner would report to the outer one.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  expect(stdout).toContain("# pass 2");
  expect(stdout).toContain("# fail 0");
});
