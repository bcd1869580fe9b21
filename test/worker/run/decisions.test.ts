import { afterEach, describe, expect, test } from "vitest";
import type { Context } from "../../../src/tasks/index.ts";
import { Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

/** Runs one job whose handler does this at its first run and returns "done" at later ones. */
async function runOnce(first: (context: Context) => unknown) {
  workshop = new Workshop({ task: { retry: { max: 2, backoff: "10s", jitter: false } } });
  let runs = 0;
  const attempts: number[] = [];
  const task = workshop.task<void, unknown>({
    name: "decides",
    run: (_input, context) => {
      runs += 1;
      attempts.push(context.attempt);
      return runs === 1 ? first(context) : "done";
    },
  });
  const result = await task.delay();
  await workshop.worker().start();
  await workshop.clock.advance(0);
  return { result, attempts, runs: () => runs };
}

describe("ctx.retry", () => {
  test("counts as a failure, and comes back by the task's back-off", async () => {
    const { result, attempts } = await runOnce((context) => context.retry());
    expect(await result.state()).toBe("scheduled");
    await workshop.clock.advance("9s");
    expect(attempts).toEqual([1]);
    await workshop.clock.advance("1s");
    expect(attempts).toEqual([1, 2]);
    expect(await result.get()).toBe("done");
  });

  test("takes a countdown and a cause, which is logged and recorded", async () => {
    const { result, runs } = await runOnce((context) =>
      context.retry({ countdown: "2m", cause: new TypeError("not yet") }),
    );
    await workshop.clock.advance("119s");
    expect(runs()).toBe(1);
    const snapshot = await result.snapshot();
    expect(snapshot).toMatchObject({ state: "scheduled", error: { name: "TypeError", message: "not yet" } });
    expect(workshop.log.find("attempt failed")[0]?.fields).toMatchObject({
      task: "decides",
      id: result.id,
      attempt: 1,
      error: "TypeError: not yet",
      stack: expect.stringContaining("decisions.test.ts"),
    });
    await workshop.clock.advance("1s");
    expect(await result.get()).toBe("done");
  });

  test("fails the job when no retries are left", async () => {
    workshop = new Workshop({ task: { retry: { max: 0 } } });
    const task = workshop.task<void, unknown>({ name: "once", run: (_input, context) => context.retry() });
    const result = await task.delay();
    await workshop.worker().drain();
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED", cause: { name: "RetryRequested" } });
  });
});

describe("ctx.snooze", () => {
  test("comes back later and counts as nothing", async () => {
    const { result, attempts } = await runOnce((context) => context.snooze("1h"));
    await workshop.clock.advance("3599s");
    expect(attempts).toEqual([1]);
    await workshop.clock.advance("1s");
    expect(attempts).toEqual([1, 1]);
    expect(await result.get()).toBe("done");
    expect(workshop.failures).toEqual([]);
  });

  test("refuses a countdown that is none", async () => {
    const { result } = await runOnce((context) => context.snooze("soon" as "1s"));
    expect(await result.snapshot()).toMatchObject({ state: "scheduled", error: { code: "OPTIONS_INVALID" } });
  });
});

test("ctx.discard keeps of an endless reason what a person reads", async () => {
  const { result } = await runOnce((context) => context.discard(`\ud800${"x".repeat(100_000)}`));
  const snapshot = await result.snapshot();
  expect(snapshot.state === "revoked" && snapshot.reason).toMatch(/^\ufffdx{7999}$/);
});

test("ctx.discard ends the job as revoked by its handler, without retries", async () => {
  const { result, runs } = await runOnce((context) => context.discard("the feed is gone"));
  await workshop.clock.advance("1h");
  expect(runs()).toBe(1);
  expect(await result.snapshot()).toMatchObject({ state: "revoked", by: "handler", reason: "the feed is gone" });
  await expect(result.get()).rejects.toMatchObject({ code: "JOB_REVOKED" });
});

test("ctx.release gives the job back at once", async () => {
  const { result, attempts } = await runOnce((context) => context.release());
  await workshop.clock.advance(1);
  expect(attempts).toEqual([1, 1]);
  expect(await result.get()).toBe("done");
});

describe("the first decision stands", () => {
  test("also when the handler catches what was thrown and returns", async () => {
    const { result } = await runOnce((context) => {
      try {
        context.snooze("1h");
      } catch {
        // Swallowed, as a handler's own error handling might.
      }
      return "ignored";
    });
    expect(await result.state()).toBe("scheduled");
  });

  test("also when the handler throws something else, or decides again", async () => {
    const { result } = await runOnce((context) => {
      try {
        context.discard("first");
      } catch {
        context.retry();
      }
    });
    expect(await result.snapshot()).toMatchObject({ state: "revoked", reason: "first" });
    expect(workshop.failures).toEqual([]);
  });

  test("methods work when they are taken off the context", async () => {
    const { result } = await runOnce(({ snooze }) => snooze("1h"));
    expect(await result.state()).toBe("scheduled");
  });
});
