import { describe, expect, test } from "vitest";
import { z } from "zod";
import { rejection, setUp } from "./setup.ts";

describe("while a key holds, it names one job", () => {
  test("the same input again gives the same job, and says so", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t" });
    const first = await task.delay({ feedId: 7 }, { key: "feed:7" });
    const again = await task.delay({ feedId: 7 }, { key: "feed:7" });
    expect([first.outcome, again.outcome]).toEqual(["created", "existing"]);
    expect(again.id).toBe(first.id);
    expect(await setup.engine.inspect.count({})).toBe(1);
  });

  test("two pushes of one turn are no race", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t" });
    const results = await Promise.all([task.delay(1, { key: "k" }), task.delay(1, { key: "k" })]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["created", "existing"]);
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
  });

  test("another input is a conflict that names the job", async () => {
    const task = (await setUp()).task({ name: "t" });
    const { id } = await task.delay({ feedId: 7 }, { key: "k" });
    const error = await rejection(task.delay({ feedId: 8 }, { key: "k" }));
    expect(error).toMatchObject({ code: "KEY_CONFLICT", details: { jobId: id, task: "t", key: "k" } });
  });

  test.each<[string, unknown, unknown]>([
    ["the order of members", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ["an undefined member and an absent one", { a: 1, b: undefined }, { a: 1 }],
    ["the order of members within a list", [{ a: 1, b: 2 }], [{ b: 2, a: 1 }]],
    ["no input", undefined, undefined],
  ])("%s makes no other input", async (_, input, same) => {
    const task = (await setUp()).task({ name: "t" });
    const first = await task.delay(input, { key: "k" });
    expect(await task.delay(same, { key: "k" })).toMatchObject({ id: first.id, outcome: "existing" });
  });

  test.each<[string, unknown, unknown]>([
    ["the order of a list", [1, 2], [2, 1]],
    ["a number and its text", { id: 1 }, { id: "1" }],
    ["null and an absent member", { a: null }, {}],
    ["null and no input", null, undefined],
    ["an empty list and an empty object", [], {}],
  ])("%s makes another input", async (_, input, other) => {
    const task = (await setUp()).task({ name: "t" });
    await task.delay(input, { key: "k" });
    expect(await rejection(task.delay(other, { key: "k" }))).toMatchObject({ code: "KEY_CONFLICT" });
  });

  test("another task's same key is another key", async () => {
    const setup = await setUp();
    const results = [
      await setup.task({ name: "a" }).delay(1, { key: "k" }),
      await setup.task({ name: "b" }).delay(2, { key: "k" }),
    ];
    expect(results.map(({ outcome }) => outcome)).toEqual(["created", "created"]);
  });

  test("it holds for keyTtl, and for longer while the job is unfinished", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t", keyTtl: "1h" });
    const first = await task.delay(1, { key: "k" });
    await setup.clock.advance("2h");
    expect(await task.delay(1, { key: "k" })).toMatchObject({ id: first.id });
    const [job] = await setup.claim(["t"]);
    if (job === undefined) throw new Error("nothing was claimed");
    await setup.settle(job, { kind: "succeeded", result: undefined, retainMs: 1_000 });
    expect(await task.delay(1, { key: "k" })).toMatchObject({ outcome: "created" });
  });
});

describe("the task's own key", () => {
  test("names the job by its input; a call's key comes before it", async () => {
    const setup = await setUp();
    const task = setup.task({ name: "t", key: (input: unknown) => `feed:${JSON.stringify(input)}` });
    const first = await task.delay(7);
    expect(await task.delay(7)).toMatchObject({ id: first.id, outcome: "existing" });
    expect(await task.delay(7, { key: "other" })).toMatchObject({ outcome: "created" });
  });

  test("undefined means no key", async () => {
    const task = (await setUp()).task({ name: "t", key: () => undefined });
    expect(await task.delay(7)).toMatchObject({ outcome: "created" });
    expect(await task.delay(7)).toMatchObject({ outcome: "created" });
  });

  test("each input of many has its own; the same twice is one job", async () => {
    const task = (await setUp()).task({ name: "t", key: (input: unknown) => String(input) });
    const results = await task.delayMany([1, 2, 1]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["created", "created", "existing"]);
    expect(results[2]?.id).toBe(results[0]?.id);
  });

  test("sees only what the schema accepts: a bad input is told as such", async () => {
    const input = z.object({ feed: z.object({ id: z.number() }) });
    const key = (given: { feed: { id: number } }): string => `feed:${given.feed.id}`;
    const task = (await setUp()).task({ name: "t", input, key });
    expect(await rejection(task.delay({}))).toMatchObject({ code: "INPUT_INVALID" });
  });

  test("that is no name is a mistake of the call", async () => {
    const task = (await setUp()).task({ name: "t", key: () => "" });
    expect(await rejection(task.delay(7))).toMatchObject({ code: "OPTIONS_INVALID" });
  });
});
