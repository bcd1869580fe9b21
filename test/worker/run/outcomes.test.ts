import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { PermanentError } from "../../../src/kernel/errors.ts";
import type { AppOptions } from "../../../src/kernel/options/index.ts";
import { Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

async function outcomeOf(run: () => unknown, options: AppOptions = {}) {
  workshop = new Workshop({ task: { retry: { max: 1, backoff: 0 } }, ...options });
  let runs = 0;
  const task = workshop.task<void, unknown>({
    name: "handler",
    run: () => {
      runs += 1;
      return run();
    },
  });
  const result = await task.delay();
  await workshop.worker().drain();
  return {
    result,
    runs,
    error: await result.get().then(
      () => undefined,
      (error: Error) => error.cause,
    ),
  };
}

describe("what a handler throws", () => {
  test("an error is recorded with name, message, stack and cause, and retried", async () => {
    const { result, runs, error } = await outcomeOf(() => {
      throw new RangeError("too far", { cause: new Error("the root") });
    });
    expect(runs).toBe(2);
    expect(error).toMatchObject({ name: "RangeError", message: "too far", cause: { message: "the root" } });
    expect(error).toHaveProperty("stack", expect.stringContaining("outcomes.test.ts"));
    await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED", details: { attempts: 2 } });
  });

  test("every failed attempt is logged with stack, causes, task, id and attempt", async () => {
    const { result } = await outcomeOf(() => {
      throw new RangeError("too far", { cause: new Error("the root") });
    });
    const [first, last] = [...workshop.log.find("attempt failed"), ...workshop.log.find("job failed")];
    const facts = { task: "handler", id: result.id, error: "RangeError: too far" };
    expect(first).toMatchObject({ level: "warn", fields: { ...facts, attempt: 1 } });
    expect(last).toMatchObject({ level: "error", fields: { ...facts, attempt: 2 } });
    expect(last?.fields.stack).toMatch(/RangeError: too far[\s\S]*outcomes\.test\.ts[\s\S]*Caused by: Error: the root/);
  });

  test("a permanent error fails the job at once", async () => {
    class Gone extends PermanentError {
      override readonly name = "Gone";
    }
    const { runs, error } = await outcomeOf(() => {
      throw new Gone("404");
    });
    expect(runs).toBe(1);
    expect(error).toMatchObject({ name: "Gone", message: "404", code: "PERMANENT" });
  });

  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const hostile = {
    get message() {
      throw new Error("no");
    },
  };
  test.each([
    ["a string", "just text", "just text"],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["an object with a cycle", cyclic, "object"],
    ["an object whose getters throw", hostile, "object"],
    ["a bigint", 7n, "a bigint"],
    ["a symbol", Symbol("s"), "symbol"],
    ["a revoked proxy", revokedProxy(), "cannot be looked at"],
  ])("%s fails the attempt like an error", async (_name, thrown, text) => {
    const { runs, error } = await outcomeOf(() => Promise.reject(thrown));
    expect(runs).toBe(2);
    expect(String(error).toLowerCase()).toContain(text);
  });
});

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("what a handler returns", () => {
  test("data comes back as it was, nothing as undefined", async () => {
    workshop = new Workshop();
    const echo = workshop.task({ name: "echo", run: (value: { list: number[] } | undefined) => value });
    const [full, empty] = [await echo.delay({ list: [1, 2] }), await echo.delay(undefined)];
    await workshop.worker().drain();
    expect(await full.get()).toEqual({ list: [1, 2] });
    expect(await empty.get()).toBeUndefined();
  });

  test.each([
    ["a function", () => () => 1, "NOT_JSON"],
    ["a Date", () => new Date(), "NOT_JSON"],
    ["a cycle", () => cycle(), "NOT_JSON"],
    ["more than the limit", () => "x".repeat(1_001), "TOO_LARGE"],
  ])("%s fails the job, and the work is not done again", async (_name, run, code) => {
    const { runs, error } = await outcomeOf(run, { resultLimit: 1_000 });
    expect(runs).toBe(1);
    expect(error).toMatchObject({ code });
    expect(workshop.log.find("job failed")).toHaveLength(1);
  });

  test("a discarded result is not even looked at", async () => {
    workshop = new Workshop();
    const task = workshop.task<void, unknown>({
      name: "side effect",
      result: "discard",
      run: () => () => "a function",
    });
    const result = await task.delay();
    await workshop.worker().drain();
    expect(await result.get()).toBeUndefined();
  });
});

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

describe("the input", () => {
  test("is parsed by the schema for the handler, transforms included", async () => {
    workshop = new Workshop();
    const task = workshop.task({
      name: "transform",
      input: z.object({ at: z.string().transform((text) => new Date(text)) }),
      run: ({ at }) => at.getUTCFullYear(),
    });
    const result = await task.delay({ at: "2026-05-01" });
    await workshop.worker().drain();
    expect(await result.get()).toBe(2026);
  });

  test("that the schema refuses now fails without a retry", async () => {
    workshop = new Workshop();
    let strict = false;
    const task = workshop.task({
      name: "checked",
      input: z.string().refine(async () => !strict, "has become too short"),
      run: (text) => text,
    });
    const result = await task.delay("abc");
    strict = true;
    await workshop.worker().drain();
    await expect(result.get()).rejects.toMatchObject({
      details: { attempts: 1 },
      cause: { code: "INPUT_INVALID", message: expect.stringContaining("has become too short") },
    });
  });

  test("of an older version is upgraded before the schema sees it", async () => {
    workshop = new Workshop();
    const before = new Workshop();
    const old = before.task({ name: "greet", run: (name: string) => name });
    workshop.task({
      name: "greet",
      version: 3,
      upgrade: async (input, from) => ({ name: input, from }),
      input: z.object({ name: z.string(), from: z.number() }),
      run: (input) => input,
    });
    // Pushed by the older app, run by the newer one.
    const pushed = await old.delay("Ada");
    const [record] = await before.engine.inspect.get([pushed.id]);
    await workshop.pushRaw({ id: pushed.id, task: "greet", input: record?.input });
    await workshop.worker().drain();
    expect(await workshop.result(pushed.id).get()).toEqual({ name: "Ada", from: 1 });
    await before.close();
  });

  test("of a newer version waits for a worker that knows it", async () => {
    workshop = new Workshop();
    workshop.task({ name: "greet", run: (name: string) => name });
    await workshop.pushRaw({ id: "newer", task: "greet", input: '"Ada"', headers: { "lovage-input-version": "2" } });
    await workshop.worker().drain();
    expect(await workshop.result("newer").state()).toBe("scheduled");
    expect(workshop.failures).toEqual([]);
  });

  test.each([["{"], [new Uint8Array([0xff, 0xfe])]])("that is not JSON (%s) fails without a retry", async (input) => {
    workshop = new Workshop();
    workshop.task({ name: "greet", run: (name: string) => name });
    await workshop.pushRaw({ id: "malformed", task: "greet", input });
    await workshop.worker().drain();
    await expect(workshop.result("malformed").get()).rejects.toMatchObject({ cause: { code: "INPUT_INVALID" } });
  });
});

test("a logger that throws keeps no job from its end", async () => {
  workshop = new Workshop({ task: { retry: { max: 0 } } });
  const task = workshop.task({ name: "fails", run: () => Promise.reject(new Error("x")) });
  const result = await task.delay();
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  workshop.log.log = () => {
    throw new Error("the log is full");
  };
  await workshop.worker().drain();
  const lines = written.mock.calls.map(([text]) => String(text));
  written.mockRestore();
  expect(await result.state()).toBe("failed");
  expect(lines.join("")).toMatch(/the log is full[\s\S]*job failed/);
});

describe("the onError hook", () => {
  test("hears of every failed attempt", async () => {
    const { result } = await outcomeOf(() => {
      throw new RangeError("too far");
    });
    const facts = { error: expect.any(RangeError), task: "handler", id: result.id };
    expect(workshop.failures).toEqual([
      { ...facts, attempt: 1, willRetry: true },
      { ...facts, attempt: 2, willRetry: false },
    ]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("hook");
      },
    ],
    ["rejects", () => Promise.reject(new Error("hook"))],
  ])("that %s is logged, and changes nothing", async (_name, hook) => {
    workshop = new Workshop();
    const task = workshop.task({ name: "fails", retry: { max: 0 }, run: () => Promise.reject(new Error("x")) });
    const result = await task.delay();
    await workshop.worker({}, hook as () => void).drain();
    expect(await result.state()).toBe("failed");
    expect(workshop.log.find("onError hook threw")).toHaveLength(1);
  });
});
