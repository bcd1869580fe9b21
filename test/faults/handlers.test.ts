import { join } from "node:path";
import { expect, test } from "vitest";
import { openApp, temporaryFolder } from "./setup.ts";

function cycle(): Record<string, unknown> {
  const node: Record<string, unknown> = { name: "node" };
  node.self = node;
  return node;
}

function hostile(): object {
  return new Proxy(
    {},
    {
      get(_, member) {
        // An async function looks at this member of whatever it returns.
        if (member === "then") return undefined;
        throw new Error("do not look");
      },
      getPrototypeOf() {
        throw new Error("do not look");
      },
      ownKeys() {
        throw new Error("do not look");
      },
    },
  );
}

function withThrowingGetter(): Error {
  return Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("no message");
    },
  });
}

test.each<[string, () => unknown, string]>([
  ["a function", () => () => {}, "NOT_JSON"],
  ["a cycle", cycle, "NOT_JSON"],
  ["a bigint", () => ({ n: 7n }), "NOT_JSON"],
  ["NaN", () => Number.NaN, "NOT_JSON"],
  ["a Map", () => new Map(), "NOT_JSON"],
  ["more than the limit", () => "x".repeat(1_048_576), "TOO_LARGE"],
])("a result that is %s fails its job without a retry, and nothing else", async (_, make, code) => {
  const { app, lines } = openApp(join(temporaryFolder(), "jobs.db"));
  let runs = 0;
  const task = app.task({
    name: "t",
    async run(): Promise<unknown> {
      runs += 1;
      return make();
    },
  });
  const neighbour = app.task({ name: "neighbour", run: async () => "fine" });
  const [result, other] = await Promise.all([task.delay(), neighbour.delay()]);
  await app.worker().drain();
  await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED", cause: { code } });
  expect(runs).toBe(1);
  expect(await other.get()).toBe("fine");
  expect(lines).toContainEqual(
    expect.objectContaining({ level: "error", fields: expect.objectContaining({ task: "t" }) }),
  );
});

test("a result that cannot be looked at fails its job as well", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  const task = app.task({ name: "t", run: async (): Promise<unknown> => hostile() });
  const result = await task.delay();
  expect((await app.worker().drain()).outcomes).toMatchObject({ failed: 1 });
  await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED" });
});

test.each<[string, () => unknown, RegExp]>([
  ["a text", () => "just a text", /just a text/],
  ["nothing", () => undefined, /undefined/],
  ["null", () => null, /null/],
  ["a number", () => 42, /42/],
  ["a symbol", () => Symbol("why"), /symbol/],
  ["an object with a cycle", cycle, /Object/],
  ["an object that cannot be looked at", hostile, /cannot be looked at/],
  ["an error whose message throws", withThrowingGetter, /cannot be read/],
  ["an error with a cycle of causes", () => Object.assign(new Error("round"), cycle(), { cause: undefined }), /round/],
  ["a promise", () => Promise.resolve(1), /Promise/],
])("a handler that throws %s fails like any other: retried, logged, recorded", async (_, make, expected) => {
  const { app, lines } = openApp(join(temporaryFolder(), "jobs.db"));
  let runs = 0;
  const task = app.task({
    name: "t",
    retry: { max: 1, backoff: 0 },
    async run() {
      runs += 1;
      throw make();
    },
  });
  const neighbour = app.task({ name: "neighbour", run: async () => "fine" });
  const [result, other] = await Promise.all([task.delay(), neighbour.delay()]);
  // A retry that is due at once is scheduled first, and a drain may end before it is promoted.
  const stateAfterDrain = async (): Promise<string> => {
    await app.worker().drain();
    return result.state();
  };
  await expect.poll(stateAfterDrain).toBe("failed");
  const snapshot = await result.snapshot();
  expect(snapshot).toMatchObject({ state: "failed", attempt: 2 });
  expect(snapshot.state === "failed" && `${snapshot.error.cause}`).toMatch(expected);
  expect(runs).toBe(2);
  expect(lines.filter(({ fields }) => fields.task === "t" && fields.id === result.id)).toHaveLength(2);
  expect(await other.get()).toBe("fine");
});

test("a handler that answers synchronously, or throws so, is treated alike", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  const good = app.task({ name: "good", run: () => 7 });
  const bad = app.task({
    name: "bad",
    retry: { max: 0 },
    run: (): number => {
      throw new RangeError("at once");
    },
  });
  const [seven, failure] = [await good.delay(), await bad.delay()];
  await app.worker().drain();
  expect(await seven.get()).toBe(7);
  await expect(failure.get()).rejects.toMatchObject({ cause: { name: "RangeError", message: "at once" } });
});

test("progress that is not JSON is the handler's error; the job can go on", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  const task = app.task({
    name: "t",
    async run(_, { progress }) {
      const value: object = { at: new Date(0) };
      try {
        // What a caller in JavaScript may do.
        (progress as (value: unknown) => void)(value);
      } catch (error) {
        progress({ refused: error instanceof Error ? error.name : "?" });
      }
      return "done";
    },
  });
  const result = await task.delay();
  await app.worker().drain();
  expect(await result.snapshot()).toMatchObject({ result: "done", progress: { refused: "NotJson" } });
});
