import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, test } from "vitest";
import { parseInput } from "../../src/tasks/index.ts";
import { rejection, setUp } from "./setup.ts";

class Feed {
  readonly id = 7;
}

function cycle(): unknown {
  const list: unknown[] = [{}];
  list.push({ self: list });
  return { list };
}

async function refusal(input: unknown): Promise<Error> {
  const setup = await setUp();
  const error = await rejection(setup.task({ name: "mail.send" }).delay(input));
  expect(await setup.engine.inspect.count({})).toBe(0);
  return error;
}

describe("an input that is not JSON data is refused, with its place and what to do", () => {
  test.each([
    ["a Date", { at: new Date(0) }, "$.at is a Date; pass its toISOString() or its epoch milliseconds."],
    ["a Map", { a: { b: new Map() } }, "$.a.b is a Map; pass an array of its entries."],
    ["a Set", [new Set()], "$[0] is a Set; pass an array of its entries."],
    ["a class instance", { feeds: [1, new Feed()] }, "$.feeds[1] is a Feed; pass its id and load it in the handler"],
    ["a function", { done: { call: () => {} } }, "$.done.call is a function; pass only JSON data."],
    ["a symbol", { kind: Symbol("a") }, "$.kind is a symbol; pass only JSON data."],
    ["a cycle", cycle(), "$.list[1].self is a cycle; it contains itself; pass an id instead."],
    ["a bigint", { "total sum": 7n }, '$["total sum"] is a bigint; pass only JSON data.'],
    ["not a number", { share: 0 / 0 }, "$.share is NaN; use null or a string."],
    ["infinity", { share: 1 / 0 }, "$.share is Infinity; use null or a string."],
    ["bytes", { file: Buffer.from("a") }, "$.file is a Buffer; store the bytes and pass their place"],
    ["undefined in a list", [undefined], "$[0] is undefined; pass only JSON data."],
    ["an error", new RangeError("no"), "$ is a RangeError; pass its id"],
  ])("%s", async (_, input, expected) => {
    const error = await refusal(input);
    expect(error).toMatchObject({ code: "NOT_JSON" });
    expect(error.message).toContain(`The input of task "mail.send" is not JSON data: ${expected}`);
  });
});

describe("an input over its limit is refused", () => {
  const limitBytes = 65_536;

  test("at the byte: the limit itself is accepted, one more is not", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t" });
    await task.delay("x".repeat(limitBytes - 2));
    const error = await rejection(task.delay("x".repeat(limitBytes - 1)));
    expect(error).toMatchObject({ code: "TOO_LARGE", details: { bytes: limitBytes + 1, limitBytes } });
  });

  test("counted in bytes, not in characters", async () => {
    expect(await refusal("€".repeat(limitBytes / 2))).toMatchObject({ code: "TOO_LARGE" });
  });

  test("with the app's own limit as a size", async () => {
    const task = (await setUp({ inputLimit: "1kb" })).task({ name: "t" });
    await task.delay("x".repeat(1_022));
    expect(await rejection(task.delay("x".repeat(1_023)))).toMatchObject({ details: { limitBytes: 1_024 } });
  });

  test("with the app's own limit", async () => {
    const task = (await setUp({ inputLimit: 10 })).task({ name: "t" });
    await task.delay("12345678");
    expect(await rejection(task.delay("123456789"))).toMatchObject({ code: "TOO_LARGE", details: { limitBytes: 10 } });
  });

  test.each([
    ["one text", "x".repeat(100_000_000)],
    ["many small values", new Array<number>(50_000_000).fill(1)],
    ["many members", { rows: Array.from({ length: 1_000_000 }, (_, id) => ({ id, name: "x".repeat(90) })) }],
  ])("100 MB as %s: at once, and without a copy of it", async (_, input) => {
    const task = (await setUp()).task({ name: "t" });
    const before = process.memoryUsage();
    const atStart = process.threadCpuUsage();
    const error = await rejection(task.delay(input));
    const { user, system } = process.threadCpuUsage(atStart);
    const after = process.memoryUsage();
    expect(error).toMatchObject({ code: "TOO_LARGE", details: { limitBytes } });
    // A copy as text would take at least 100 MB and 100 ms; the check stops at 64 KiB.
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(10_000_000);
    expect(user + system).toBeLessThan(50_000);
  });
});

/** A schema as a library may write it that keeps to the standard only nearly. */
function schema(validate: (value: unknown) => unknown): StandardSchemaV1 {
  return {
    "~standard": { version: 1, vendor: "test", validate: validate as StandardSchemaV1["~standard"]["validate"] },
  };
}

describe("a schema that is odd", () => {
  test("a promise of its own make is waited for, and what it refuses is refused", async () => {
    const setup = await setUp();
    // biome-ignore lint/suspicious/noThenProperty: that is what such a promise is.
    const later = (result: unknown) => ({ then: (resolve: (value: unknown) => void) => resolve(result) });
    const strict = setup.task({ name: "strict", input: schema(() => later({ issues: [{ message: "no" }] })) });
    expect(await rejection(strict.delay(1))).toMatchObject({ code: "INPUT_INVALID" });
    const parsed = parseInput(
      schema((value) => later({ value: [value] })),
      "t",
      7,
    );
    expect(await parsed).toEqual([7]);
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["nothing", undefined],
    ["true", true],
    ["an object without value or issues", {}],
    ["issues that are no list", { issues: 7 }],
  ])("an answer that is %s accepts nothing", async (_, answer) => {
    const task = (await setUp()).task({ name: "t", input: schema(() => answer) });
    expect(await rejection(task.delay(1))).toMatchObject({ code: "OPTIONS_INVALID" });
  });

  test("issues that are hardly readable are told as far as they can be", async () => {
    const issues = [null, { message: "m", path: [null, Symbol("s"), { key: "k" }] }, {}];
    const task = (await setUp()).task({ name: "t", input: schema(() => ({ issues })) });
    expect(await rejection(task.delay(1))).toMatchObject({
      code: "INPUT_INVALID",
      details: { issues: [{ path: "$" }, { path: "$.undefined.Symbol(s).k", message: "m" }, { path: "$" }] },
    });
  });
});
