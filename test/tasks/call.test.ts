import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { CallOptions } from "../../src/tasks/index.ts";
import { rejection, type Setup, setUp } from "./setup.ts";

async function pushed(setup: Setup, options: CallOptions, input: unknown = 1) {
  const result = await setup.task({ name: "t" }).delay(input, options);
  const [record] = await setup.engine.inspect.get([result.id]);
  if (record === undefined) throw new Error("the job is not there");
  return record;
}

async function mistakes(options: object): Promise<unknown> {
  const setup = await setUp();
  const error = await rejection(setup.task({ name: "t" }).delay(1, options));
  expect(error).toMatchObject({ code: "OPTIONS_INVALID" });
  expect(await setup.engine.inspect.count({})).toBe(0);
  return error instanceof Error && "details" in error ? Reflect.get(Object(error.details), "mistakes") : undefined;
}

describe("what a call may say", () => {
  test("nothing: the task's own settings", async () => {
    const record = await pushed(await setUp(), {});
    expect(record).toMatchObject({ task: "t", queue: "default", priority: 5, state: "ready", input: "1", ack: "late" });
    expect(record).toMatchObject({ headers: undefined, dueAt: undefined, expiresAt: undefined, key: undefined });
  });

  test("queue, priority, headers, countdown and expires", async () => {
    const setup = await setUp();
    const options = { queue: "mail", priority: 9, headers: { trace: "ab" }, countdown: "5s", expires: "1m" } as const;
    const record = await pushed(setup, options);
    const now = setup.clock.now();
    expect(record).toMatchObject({ queue: "mail", priority: 9, headers: { trace: "ab" }, state: "scheduled" });
    expect(record).toMatchObject({ dueAt: now + 5_000, expiresAt: now + 60_000 });
  });

  test("priority 0 and countdown 0 are values, not omissions", async () => {
    const record = await pushed(await setUp(), { priority: 0, countdown: 0 });
    expect(record).toMatchObject({ priority: 0, state: "ready" });
  });

  test.each([
    ["a Date", (now: number) => new Date(now + 60_000)],
    ["epoch milliseconds", (now: number) => now + 60_000],
  ])("an eta as %s", async (_, eta) => {
    const setup = await setUp();
    const record = await pushed(setup, { eta: eta(setup.clock.now()) });
    expect(record).toMatchObject({ state: "scheduled", dueAt: setup.clock.now() + 60_000 });
  });

  test("an eta that has passed means now", async () => {
    const setup = await setUp();
    const result = await setup.task({ name: "t" }).delay(1, { eta: new Date(0) });
    await setup.engine.upkeep.promote({ max: 10 });
    expect(await setup.claim(["t"])).toMatchObject([{ id: result.id }]);
  });

  test("null is no value, and never means at once", async () => {
    const setup = await setUp();
    const options = Object({ expires: null, countdown: null, key: null, queue: null });
    expect(await pushed(setup, options)).toMatchObject({ state: "ready", expiresAt: undefined, key: undefined });
    expect(await mistakes({ headers: null })).toEqual([expect.stringContaining("headers")]);
  });

  test("expires as an instant", async () => {
    const setup = await setUp();
    const expires = new Date(setup.clock.now() + 1_000);
    expect(await pushed(setup, { expires })).toMatchObject({ expiresAt: expires.getTime() });
  });
});

describe("what does not fit is refused, and nothing is pushed", () => {
  test("all mistakes are told together", async () => {
    expect(
      await mistakes({
        countdown: -5,
        eta: new Date("9999-12-31"),
        expires: "soon",
        priority: 10,
        queue: "a\u0000b",
        headers: { "": "x", ok: 7 },
        key: "",
        delay: "5s",
      }),
    ).toEqual([
      "delay is not an option; there are countdown, eta, expires, priority, queue, headers, tx, key",
      'queue is "a\\u0000b", not a name: 1 to 200 characters, no control characters',
      "priority is 10, not a whole number from 0 to 9",
      "headers has a name that is empty, too long, or holds control characters",
      'headers["ok"] is not a string of up to 8,000 characters',
      "countdown and eta exclude each other",
      'countdown is -5, not a duration: write "30s", "5m" or milliseconds, not below 0',
      'expires is "soon", not a duration: write "30s", "5m" or milliseconds, not below 0',
      "key is not a name: 1 to 200 characters, no control characters",
    ]);
  });

  test.each([
    ["a negative countdown", { countdown: -1 }, /^countdown is -1, not a duration/],
    ["a negative countdown with a unit", { countdown: "-1s" }, /^countdown is "-1s", not a duration/],
    ["a countdown that is no number", { countdown: Number.NaN }, /^countdown is NaN, not a duration/],
    ["a countdown of centuries", { countdown: "99999d" }, /^countdown is 274 years away, over the limit of 10/],
    ["an eta in the year 9999", { eta: new Date("9999-12-31") }, /^eta is 79\d\d years away, over the limit of 10/],
    ["an eta in microseconds", { eta: 1.7e15 }, /^eta is 5\d{4} years away.*seconds or microseconds/],
    ["an invalid Date", { eta: new Date("when?") }, /^eta is not an instant/],
    ["an eta that no Date can be", { eta: -1e300 }, /^eta is not an instant/],
    ["an eta as text", { eta: "2030-01-01" }, /^eta is not an instant/],
    ["an invalid Date of expiry", { expires: new Date("when?") }, /^expires is not an instant/],
    ["a priority between two", { priority: 4.5 }, /^priority is 4\.5, not a whole number/],
    ["a priority below 0", { priority: -1 }, /^priority is -1, not a whole number/],
    ["an empty queue", { queue: "" }, /^queue is "", not a name/],
    ["a queue with a line break", { queue: "a\nb" }, /^queue is "a\\nb", not a name/],
    ["a key of 201 characters", { key: "k".repeat(201) }, /^key is not a name/],
    ["a key with half a character", { key: "\ud800" }, /^key is not a name/],
    ["a key that is no text", { key: 7 }, /^key is not a name/],
    ["65 headers", { headers: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [n, ""])) }, /65 entries/],
    ["a header of 8,001 characters", { headers: { a: "x".repeat(8_001) } }, /^headers\["a"\] is not a string of up to/],
    ["headers that are a list", { headers: ["a"] }, /^headers is not an object of strings/],
    ["headers that are text", { headers: "a=b" }, /^headers is not an object of strings/],
    ["a header that Lovage keeps for itself", { headers: { "lovage-input-version": "7" } }, /^headers\["lovage-input/],
    ["an option misspelled", { countDown: 5 }, /^countDown is not an option/],
  ])("%s", async (_, options, expected) => {
    expect(await mistakes(options)).toEqual([expect.stringMatching(expected)]);
  });

  test("one key for many jobs: it names one", async () => {
    const setup = await setUp();
    const options: object = { key: "same" };
    const error = await rejection(setup.task({ name: "t" }).delayMany([1, 2], options));
    expect(error).toMatchObject({ code: "OPTIONS_INVALID", message: expect.stringMatching(/key is not an option/) });
    expect(await setup.engine.inspect.count({})).toBe(0);
  });
});

describe("the input's schema at the push", () => {
  const input = z.object({ feedId: z.number().int(), note: z.string().optional() });

  test("what it refuses is not pushed, with every issue and its path", async () => {
    const setup = await setUp();
    const error = await rejection(setup.task({ name: "t", input }).delay({ feedId: "7", note: 1 }));
    expect(error).toMatchObject({ code: "INPUT_INVALID" });
    expect(error).toMatchObject({ details: { task: "t", issues: [{ path: "$.feedId" }, { path: "$.note" }] } });
    expect(await setup.engine.inspect.count({})).toBe(0);
  });

  test("what is stored is the caller's input, not what the schema makes of it", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t", input: z.object({ at: z.string().transform((text) => new Date(text)) }) });
    const { id } = await task.delay({ at: "2026-01-01" });
    expect(await setup.engine.inspect.get([id])).toMatchObject([{ input: '{"at":"2026-01-01"}' }]);
  });

  test("a schema that checks asynchronously is waited for", async () => {
    const setup = await setUp();
    const known = z.number().refine(async (id) => id === 1, "no such feed");
    const task = setup.task({ name: "t", input: known });
    await task.delay(1);
    expect(await rejection(task.delay(2))).toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(/no such feed/),
    });
  });

  test("a schema that throws is the caller's to see", async () => {
    const setup = await setUp();
    const broken = z.number().refine(() => {
      throw new RangeError("the schema is broken");
    });
    expect((await rejection(setup.task({ name: "t", input: broken }).delay(2))).message).toBe("the schema is broken");
  });

  test("one bad input of many: none is pushed", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t", input });
    expect(await rejection(task.delayMany([{ feedId: 1 }, { feedId: 1.5 }]))).toMatchObject({ code: "INPUT_INVALID" });
    expect(await setup.engine.inspect.count({})).toBe(0);
  });
});
