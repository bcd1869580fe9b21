import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/engine/index.ts";
import { EngineUnavailable } from "../../src/kernel/errors.ts";
import type { JobChange, JobRecord } from "../../src/kernel/job.ts";
import type { AsyncResult, JobSnapshot } from "../../src/tasks/index.ts";
import { rejection, type Setup, setUp } from "./setup.ts";

const done = { kind: "succeeded", result: "12", retainMs: 3_600_000 } as const;

async function push(setup: Setup): Promise<AsyncResult<unknown>> {
  return setup.task({ name: "t" }).delay(7);
}

async function claimOne(setup: Setup) {
  const [job] = await setup.claim(["t"]);
  if (job === undefined) throw new Error("nothing was claimed");
  return job;
}

/** Collects in the background, so that a test can wait for what has come. */
function collect(result: AsyncResult<unknown>): { seen: JobSnapshot<unknown>[]; end: Promise<void> } {
  const seen: JobSnapshot<unknown>[] = [];
  const run = async (): Promise<void> => {
    for await (const snapshot of result.watch()) seen.push(snapshot);
  };
  return { seen, end: run() };
}

describe("watch()", () => {
  test("ends with the app, also when a read that was under way is answered after the end", async () => {
    const answer = Promise.withResolvers<void>();
    const setup = await setUp({}, (engine) => ({
      ...engine,
      inspect: {
        ...engine.inspect,
        async get(ids) {
          const records = await engine.inspect.get(ids);
          await answer.promise;
          return records;
        },
      },
    }));
    const { seen, end } = collect(await push(setup));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await setup.source.watcher.close();
    answer.resolve();
    expect(await rejection(end)).toMatchObject({ code: "ENGINE_CLOSED" });
    expect(seen).toEqual([]);
  });

  test("gives the snapshot now, then later ones, the last one always, and ends", async () => {
    const setup = await setUp();
    const { seen, end } = collect(await push(setup));
    await expect.poll(() => seen.length).toBe(1);
    const job = await claimOne(setup);
    await expect.poll(() => seen.length).toBe(2);
    await setup.engine.jobs.progress([{ ...job, progress: "50" }]);
    await expect.poll(() => seen.length).toBe(3);
    await setup.settle(job, done);
    await end;
    expect(seen.map(({ state }) => state)).toEqual(["ready", "active", "active", "succeeded"]);
    expect(seen.map(({ progress }) => progress)).toEqual([undefined, undefined, 50, 50]);
    const versions = seen.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((left, right) => left - right));
  });

  test("of a job that has ended gives that one snapshot", async () => {
    const setup = await setUp();
    const result = await push(setup);
    await setup.settle(await claimOne(setup), done);
    const { seen, end } = collect(result);
    await end;
    expect(seen).toMatchObject([{ state: "succeeded", result: 12 }]);
  });

  test("a slow reader misses what lies between, never the last", async () => {
    const setup = await setUp();
    const reader = (await push(setup)).watch();
    expect((await reader.next()).value).toMatchObject({ state: "ready" });
    const job = await claimOne(setup);
    for (let step = 1; step <= 50; step += 1) {
      await setup.engine.jobs.progress([{ ...job, progress: String(step) }]);
      await setup.clock.advance(0);
    }
    await setup.settle(job, done);
    await setup.clock.advance(0);
    expect((await reader.next()).value).toMatchObject({ state: "succeeded", progress: 50 });
    expect((await reader.next()).done).toBe(true);
  });

  test("with every hint lost still sees the end, by the safety read", async () => {
    const deaf = (engine: Engine): Engine => ({
      ...engine,
      jobs: { ...engine.jobs, changes: async () => ({ close: async () => {} }) },
    });
    const setup = await setUp({}, deaf);
    const { seen, end } = collect(await push(setup));
    await expect.poll(() => seen.length).toBe(1);
    await setup.settle(await claimOne(setup), done);
    await setup.clock.advance("5s");
    await end;
    expect(seen.at(-1)).toMatchObject({ state: "succeeded" });
  });

  test("with answers that overtake each other never goes back, and never misses the last", async () => {
    const late: (() => void)[] = [];
    let listen: ((changes: readonly JobChange[]) => void) | undefined;
    const overtaking = (engine: Engine): Engine => ({
      ...engine,
      jobs: {
        ...engine.jobs,
        changes: async (listener) => {
          listen = listener;
          return { close: async () => {} };
        },
      },
      inspect: {
        ...engine.inspect,
        get: async (ids) => {
          const records = await engine.inspect.get(ids);
          const hold = records.some((record) => record?.state === "active");
          if (hold) await new Promise<void>((resolve) => late.push(resolve));
          return records;
        },
      },
    });
    const setup = await setUp({}, overtaking);
    const result = await push(setup);
    const reader = result.watch();
    expect((await reader.next()).value).toMatchObject({ state: "ready" });
    const job = await claimOne(setup);
    listen?.([{ id: result.id, state: "active" }]);
    await expect.poll(() => late.length).toBe(1);
    await setup.settle(job, done);
    listen?.([{ id: result.id, state: "succeeded" }]);
    await setup.clock.advance(0);
    // The answer of the earlier read comes last, before anybody has taken the later one.
    late[0]?.();
    await setup.clock.advance(0);
    expect((await reader.next()).value).toMatchObject({ state: "succeeded" });
  });

  test("outlasts an engine that is away for a while", async () => {
    let away = false;
    const flaky = (engine: Engine): Engine => ({
      ...engine,
      inspect: {
        ...engine.inspect,
        get: async (ids) => {
          if (away) throw new EngineUnavailable("The engine is away.");
          return engine.inspect.get(ids);
        },
      },
    });
    const setup = await setUp({}, flaky);
    const { seen, end } = collect(await push(setup));
    await expect.poll(() => seen.length).toBe(1);
    away = true;
    await setup.settle(await claimOne(setup), done);
    await setup.clock.advance("30s");
    away = false;
    await setup.clock.advance("5s");
    await end;
    expect(seen.at(-1)).toMatchObject({ state: "succeeded" });
  });

  test("of a job that is removed meanwhile ends by saying so", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const { seen, end } = collect(result);
    const ended = rejection(end);
    await expect.poll(() => seen.length).toBe(1);
    await result.forget();
    await setup.clock.advance("5s");
    expect(await ended).toMatchObject({ code: "JOB_NOT_FOUND" });
  });

  test("ends when its signal aborts, and when its reader leaves; nothing is left of it", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const controller = new AbortController();
    const reader = result.watch({ signal: controller.signal });
    await reader.next();
    const next = reader.next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    for await (const _ of result.watch()) break;
    await setup.clock.advance("10s");
    expect(setup.clock.pending).toBe(0);
  });

  test("ends when the app is closed", async () => {
    const setup = await setUp();
    const { seen, end } = collect(await push(setup));
    const ended = rejection(end);
    await expect.poll(() => seen.length).toBe(1);
    await setup.source.watcher.close();
    expect(await ended).toMatchObject({ code: "ENGINE_CLOSED" });
  });

  test("several watch one job, each for itself", async () => {
    const setup = await setUp();
    const result = await push(setup);
    const [one, two] = [collect(result), collect(result)];
    await expect.poll(() => one.seen.length + two.seen.length).toBe(2);
    await setup.settle(await claimOne(setup), done);
    await Promise.all([one.end, two.end]);
    expect(one.seen.at(-1)).toEqual(two.seen.at(-1));
  });
});

test("a subscription that is refused is told to the caller, and asked for again by the next", async () => {
  let refusals = 1;
  const setup = await setUp({}, (engine) => ({
    ...engine,
    jobs: {
      ...engine.jobs,
      changes: async (listener) => {
        if (refusals-- > 0) throw new EngineUnavailable("The engine is away.");
        return engine.jobs.changes(listener);
      },
    },
  }));
  const result = await push(setup);
  expect(await rejection(result.get())).toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  const got = result.get();
  await setup.settle(await claimOne(setup), done);
  expect(await got).toBe(12);
});

test("reads of one turn are one call of the engine", async () => {
  const calls: number[] = [];
  const setup = await setUp({}, (engine) => ({
    ...engine,
    inspect: {
      ...engine.inspect,
      get: async (ids): Promise<readonly (JobRecord | undefined)[]> => {
        calls.push(ids.length);
        return engine.inspect.get(ids);
      },
    },
  }));
  const results = await setup.task({ name: "t" }).delayMany([1, 2, 3]);
  await Promise.all(results.map((result) => result.state()));
  expect(calls).toEqual([3]);
});
