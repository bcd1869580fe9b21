import { chain, chord, group, lovage, type Signature } from "lovage";
import { type TestBench, testing } from "lovage/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const app = lovage({ url: "memory:", task: { retry: { max: 0 } } });
const other = lovage({ url: "memory:" });
const echo = app.task({ name: "echo", run: (value: unknown) => value });
const stranger = other.task({ name: "stranger", run: () => 1 });

let bench: TestBench;
beforeEach(() => {
  bench = testing(app);
});
afterEach(() => bench.close());

type Any = Signature<unknown, unknown>;

/** Puts a signature into another so many times. */
function nested(times: number, put: (inner: Any) => Any): Any {
  let signature: Any = echo.s(1);
  for (let count = 0; count < times; count += 1) signature = put(signature);
  return signature;
}

describe("what is too large is refused at once", () => {
  test.each<[string, Any]>([
    ["a group that holds one signature again and again", nested(40, (inner) => group([inner, inner]))],
    ["a chain that does", nested(40, (inner) => chain(inner, inner.link(echo.s())))],
    ["callbacks that do", nested(40, (inner) => inner.link(inner))],
    ["groups of nothing", group([echo.s(1), ...Array.from({ length: 10_001 }, () => group([]))])],
    ["groups that are joined", group(Array.from({ length: 5_001 }, () => group([echo.s(1)])))],
  ])("%s", async (_, signature) => {
    await expect(signature.delay()).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
      message: expect.stringContaining("over the limit of 10000"),
    });
  });

  test.each<[string, Any]>([
    ["groups", nested(2_000, (inner) => group([inner]))],
    ["chords", nested(2_000, (inner) => chord([inner], echo.s()))],
    ["callbacks", nested(2_000, (inner) => echo.s(1).link(inner))],
  ])("%s within each other, 2,000 deep", async (_, signature) => {
    const refusal = { code: "OPTIONS_INVALID", message: expect.stringContaining("more than 500 deep") };
    await expect(signature.delay()).rejects.toMatchObject(refusal);
    expect(() => signature.set({ priority: 9 })).toThrow(/more than 500 deep/);
  });

  test("what is allowed works: 490 levels, and chains that grew by one step 2,000 times", async () => {
    for (const signature of [
      nested(490, (inner) => group([inner])),
      nested(245, (inner) => chord([inner], echo.s())),
    ]) {
      const result = await signature.set({ priority: 9 }).delay();
      await bench.drain();
      expect(await result.state()).toBe("succeeded");
      await result.tree();
    }
    for (const signature of [
      nested(2_000, (inner) => chain(inner, echo.s())),
      nested(2_000, (inner) => chain(echo.s(), inner)),
    ])
      expect(await (await signature.delay()).get()).toBe(1);
  });
});

test("a list of signatures with a hole is refused, not waited for", async () => {
  const holed = [echo.s(1), echo.s(2), echo.s(3)];
  delete holed[1];
  expect(() => group(holed)).toThrow(/made of signatures, not of undefined/);
});

test("the tree of a chain of 5,000 steps can be read", async () => {
  const result = await chain(...Array.from({ length: 5_000 }, () => echo.si(1))).delay();
  let depth = 0;
  for (let [one] = [await result.tree()]; one !== undefined; one = one.children[0] as typeof one) depth += 1;
  expect(depth).toBe(5_000);
});

describe("a job that would wait for ever, or end too early", () => {
  test("is not replaced by jobs of another app", async () => {
    const task = app.task({ name: "foreign", run: (_: unknown, ctx) => ctx.replace(stranger.s()) });
    const cause = { code: "OPTIONS_INVALID", message: expect.stringContaining("another app") };
    await expect((await task.delay(1)).get()).rejects.toMatchObject({ cause });
  });

  test("does not end with one of its elements", async () => {
    const ran: unknown[] = [];
    const replaced = app.task({
      name: "replaced",
      run(value: number, ctx) {
        ran.push(value);
        return value === 2 ? ctx.replace(echo.s("instead")) : value;
      },
    });
    const committed = app.task({ name: "committed", run: (value: number, ctx) => ctx.transaction(() => value) });
    for (const task of [replaced, committed]) {
      const cause = { code: "CAPABILITY_MISSING", message: expect.stringContaining("for each element") };
      await expect((await task.map([1, 2, 3]).delay()).get()).rejects.toMatchObject({ cause });
    }
    expect(ran).toEqual([1, 2]);
  });
});
