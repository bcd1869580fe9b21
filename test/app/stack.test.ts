import { lovage } from "lovage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let app = lovage({ url: "memory:" });
beforeEach(() => {
  app = lovage({ url: "memory:", task: { retry: { max: 0 } }, logger: { log: () => {} } });
});
afterEach(() => app.close());

/** The frames of an error's stack that name a file, innermost first. */
function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.split("\n").filter((line) => /^ +at .*[/\\].*:\d+:\d+\)?$/.test(line));
}

/** Awaits a call of Lovage in a function whose name can be found in a stack. */
async function myOwnFunction(call: () => Promise<unknown>): Promise<unknown> {
  try {
    // Not handed on as it is: only what is awaited has its caller in the stack.
    return await call();
  } catch (error) {
    return error;
  }
}

describe("the stack of an error leads to the line that called Lovage", () => {
  const one = () => app.task<number, number>({ name: "one", run: (input) => input });

  test.each<[string, string, () => Promise<unknown>]>([
    ["a result that did not come in time", "RESULT_TIMEOUT", async () => (await one().delay(1)).get({ timeout: 0 })],
    ["a job that is not there", "JOB_NOT_FOUND", () => app.result("nobody").get()],
    ["options of get()", "OPTIONS_INVALID", () => app.result("nobody").get({ timeout: -1 })],
    ["an input that is not JSON", "NOT_JSON", () => app.send("two", { a: [{ b: [{ c: [new Date()] }] }] })],
    ["an option of the call", "OPTIONS_INVALID", () => one().delay(1, { priority: 70 })],
    ["an option of many calls", "OPTIONS_INVALID", () => one().delayMany([1, 2], { priority: 70 })],
    [
      "a key with another input",
      "KEY_CONFLICT",
      async () => {
        const task = one();
        await task.delay(1, { key: "k" });
        return await task.delay(2, { key: "k" });
      },
    ],
  ])("%s", async (_what, code, call) => {
    const error = await myOwnFunction(async () => await call());
    expect(error).toMatchObject({ code });
    const frames = framesOf(error);
    expect(frames[0]).toContain("stack.test.ts");
    expect(frames.some((frame) => frame.includes("myOwnFunction"))).toBe(true);
  });

  test("a failed job", async () => {
    const task = app.task({ name: "fails", run: () => Promise.reject(new RangeError("no")) });
    await app.worker().start();
    const result = await task.delay();
    const error = await myOwnFunction(() => result.get());
    expect(error).toMatchObject({ code: "JOB_FAILED" });
    expect(framesOf(error)[0]).toContain("myOwnFunction");
  });

  test("nobody awaits: the stack is what it was", async () => {
    const error = await new Promise((resolve) => {
      setImmediate(() => void app.result("nobody").get().then(resolve, resolve));
    });
    expect(error).toMatchObject({ stack: expect.stringMatching(/JobNotFound: .*\n +at /) });
  });
});

describe("the recorded stack of a failed attempt", () => {
  async function failureOf(run: () => unknown): Promise<Error> {
    const task = app.task({ name: "fails", run });
    await app.worker().start();
    const result = await task.delay();
    const error = await myOwnFunction(() => result.get());
    if (error instanceof Error && error.cause instanceof Error) return error.cause;
    throw new Error(`It did not fail: ${String(error)}`);
  }

  test("ends with the handler: how Lovage called it is left out", async () => {
    const cause = new Error("the root");
    const error = await failureOf(async function handler() {
      await null;
      [1].map(() => {
        throw new TypeError("no way", { cause });
      });
    });
    expect(error.stack).toMatch(/^TypeError: no way\n/);
    expect(error.stack).not.toMatch(/src[/\\]worker|node:/);
    expect(framesOf(error).at(-1)).toContain("handler");
    expect(error.cause).toMatchObject({ stack: expect.stringContaining("stack.test.ts") });
  });

  test("of a call that Lovage refuses begins in the handler as well", async () => {
    const error = await failureOf(async function handler() {
      await app.send("other", { at: new Date() });
    });
    expect(error).toMatchObject({ code: "NOT_JSON" });
    expect(framesOf(error)).toEqual([expect.stringContaining("handler")]);
  });

  test("of a result that Lovage refuses has no frames, since none is the user's", async () => {
    const error = await failureOf(() => new Date());
    expect(error.stack).toBe(`NotJson: ${error.message}`);
  });

  test("of an error that comes from nowhere in the user's code is kept whole", async () => {
    const stack = "TypeError: x is not a function\n    at node:internal/process/task_queues:95:5";
    const error = await failureOf(() => {
      throw Object.assign(new TypeError("x is not a function"), { stack });
    });
    expect(error.stack).toBe(stack);
  });
});
