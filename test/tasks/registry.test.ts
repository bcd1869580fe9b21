import { describe, expect, test } from "vitest";
import { z } from "zod";
import { OptionsInvalid } from "../../src/kernel/errors.ts";
import { type AnyTaskOptions, defineTask, Registry } from "../../src/tasks/index.ts";
import { setUp } from "./setup.ts";

function mistakes(options: object): unknown {
  try {
    // What a caller in JavaScript may write: the types would not let it pass.
    new Registry({}).register(options as AnyTaskOptions, "/app/tasks.js:3:1");
  } catch (error) {
    if (error instanceof OptionsInvalid) return error.details.mistakes;
    throw error;
  }
  return "it was registered";
}

describe("a definition that does not fit", () => {
  test("is refused with all of its mistakes and its place", () => {
    const options = {
      name: "a\u0007b",
      queue: "",
      priority: 12,
      ack: "never",
      retry: { max: -1, backoff: "soon", jitter: "some", tries: 3, on: ["Error"] },
      timeLimit: { soft: "10m", hard: "5m" },
      expires: -1,
      result: "throw",
      retention: { succeeded: "1y" },
      keyTtl: Number.NaN,
      version: 0,
      run: "later",
      input: {},
      rateLimit: 7,
    };
    expect(mistakes(options)).toMatchInlineSnapshot(`
      [
        "rateLimit is not an option; there are queue, priority, ack, retry, timeLimit, expires, result, retention, keyTtl, name, input, run, key, version, upgrade, redact",
        "name is "a\\u0007b", not a name: 1 to 200 characters, no control characters",
        "ack is "never", not one of "late", "early"",
        "result is "throw", not one of "keep", "discard"",
        "queue is "", not a name: 1 to 200 characters, no control characters",
        "priority is 12, not a whole number from 0 to 9",
        "retry.tries is not an option; there are on, except, max, backoff, backoffMax, jitter",
        "retry.on is not a list of error classes: write [TypeError, GatewayError]",
        "retry.max is -1, not a whole number from 0 to 1000000",
        "retry.backoff is "soon", not a duration: write "30s", "5m" or milliseconds, not below 0",
        "retry.jitter is "some", not one of "full", "added", false",
        "timeLimit.soft (600000 ms) is not below timeLimit.hard (300000 ms)",
        "expires is -1, not a duration: write "30s", "5m" or milliseconds, not below 0",
        "retention.succeeded is "1y", not a duration: write "30s", "5m" or milliseconds, not below 0",
        "keyTtl is NaN, not a duration: write "30s", "5m" or milliseconds, not below 0",
        "input is not a Standard Schema (it has no "~standard".validate): use Zod 3.24+, Valibot 1+, ArkType 2+ or alike",
        "version is 0, not a whole number from 1 to 1000000",
        "run is not a function",
      ]
    `);
    expect(() => new Registry({}).register(options as unknown as AnyTaskOptions, "/app/tasks.js:3:1")).toThrow(
      'Task "a\\u0007b", defined at /app/tasks.js:3:1, does not fit: 18 mistakes',
    );
  });

  test.each([
    ["no name", {}, /^name is missing/],
    ["an empty name", { name: "" }, /^name is "", not a name/],
    ["a name with a control character", { name: "a\u0000" }, /^name is "a\\u0000", not a name/],
    ["a name of 201 characters", { name: "n".repeat(201) }, /^name is "n+…", not a name/],
    ["a name with half a character", { name: "a\udc00" }, /^name is .*, not a name/],
    ["a hard limit of 0", { name: "t", timeLimit: { hard: 0 } }, /^timeLimit.hard is 0/],
    ["retry as a number", { name: "t", retry: 3 }, /^retry is 3, not an object/],
    ["a schema of another kind", { name: "t", input: { parse: () => 1 } }, /^input is not a Standard Schema/],
  ])("%s", (_, options, expected) => {
    expect(mistakes(options)).toEqual([expect.stringMatching(expected)]);
  });
});

describe("names", () => {
  test("twice in one app: an error that names both places", () => {
    const registry = new Registry({});
    registry.register({ name: "mail.send" }, "/app/a.ts:1:1");
    expect(() => registry.register({ name: "mail.send" }, "/app/b.ts:2:2")).toThrow(
      'Task "mail.send" is defined twice in this app: at /app/a.ts:1:1 and at /app/b.ts:2:2. Rename one of them.',
    );
    expect(registry.all()).toHaveLength(1);
  });

  test.each(["constructor", "__proto__", "toString", "邮件.发送", "a b", "🥬"])(
    "%j is a name like any other",
    async (name) => {
      const setup = await setUp();
      const { id } = await setup.task({ name }).delay(1);
      expect(await setup.claim([name])).toMatchObject([{ id, task: name }]);
    },
  );

  test("a refused definition leaves the name free", () => {
    const registry = new Registry({});
    expect(() => registry.register({ name: "t", priority: 99 }, "here")).toThrow(OptionsInvalid);
    expect(registry.register({ name: "t", priority: 9 }, "here").settings.priority).toBe(9);
  });
});

describe("a shared definition", () => {
  const shared = defineTask({ name: "shared", input: z.number(), queue: "own" });

  test("knows where it was written", () => {
    expect(shared.place).toMatch(/test\/tasks\/registry\.test\.ts:\d+:\d+$/);
  });

  test("registered in two apps is two independent tasks", async () => {
    const [one, two] = [await setUp(), await setUp({ task: { priority: 8 } })];
    await one.task(shared.definition).delay(1);
    const { id } = await two.task(shared.definition).delay(2);
    expect(await one.engine.inspect.count({})).toBe(1);
    expect(await two.engine.inspect.list({ filter: {}, cursor: undefined, limit: 10 })).toHaveLength(1);
    expect(await two.engine.inspect.get([id])).toMatchObject([{ queue: "own", priority: 8 }]);
  });
});

describe("settings", () => {
  const base = { queue: "app", retry: { max: 7, backoff: "5s" }, timeLimit: { hard: "1m" } } as const;

  test("a task's own come before its app's, which come before the defaults", () => {
    const { settings } = new Registry(base).register({ name: "t", retry: { backoff: "2s" } }, "here");
    expect(settings).toMatchObject({ queue: "app", priority: 5, hardLimitMs: 60_000, softLimitMs: undefined });
    expect(settings.retry).toMatchObject({ max: 7, baseMs: 2_000, maxMs: 600_000, jitter: "full" });
  });

  test("an early one is not retried unless it says so", () => {
    expect(new Registry({}).register({ name: "t", ack: "early" }, "here").settings.retry.max).toBe(0);
    expect(new Registry({}).register({ name: "u", ack: "early", retry: { max: 1 } }, "here").settings.retry.max).toBe(
      1,
    );
  });
});

describe("versions of an input", () => {
  test("a job carries the version of its input's shape, unless it is 1", async () => {
    const setup = await setUp();
    await setup.task({ name: "first" }).delay(1);
    await setup.task({ name: "third", version: 3 }).delay(1, { headers: { trace: "ab" } });
    await setup.task({ name: "bare", version: 2 }).delay(1);
    const jobs = await setup.claim(["first", "third", "bare"]);
    expect(jobs.map(({ headers }) => headers)).toEqual([
      undefined,
      { trace: "ab", "lovage-input-version": "3" },
      { "lovage-input-version": "2" },
    ]);
  });
});
