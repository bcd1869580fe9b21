import { afterEach, expect, test } from "vitest";
import type { ProgressUpdate } from "../../../src/engine/index.ts";
import { EngineUnavailable } from "../../../src/kernel/errors.ts";
import { replacing, Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

test("the values of one turn go together, the latest of each job", async () => {
  const calls: (readonly ProgressUpdate[])[] = [];
  workshop = new Workshop({}, (engine) =>
    replacing(engine, "jobs", {
      progress: (updates) => {
        calls.push(updates);
        return engine.jobs.progress(updates);
      },
    }),
  );
  const gate = Promise.withResolvers<void>();
  const task = workshop.task<number, unknown>({
    name: "steps",
    run: async (number, { progress }) => {
      for (let step = 0; step < 10; step += 1) progress({ number, step });
      await gate.promise;
    },
  });
  const results = [await task.delay(1), await task.delay(2)];
  await workshop.worker().start();
  await workshop.clock.advance(0);
  expect(calls.map((updates) => updates.length)).toEqual([2]);
  expect(await Promise.all(results.map((result) => result.progress()))).toEqual([
    { number: 1, step: 9 },
    { number: 2, step: 9 },
  ]);
  gate.resolve();
});

test("the last value before the end is kept", async () => {
  workshop = new Workshop();
  const task = workshop.task<void, unknown>({ name: "ends", run: (_input, { progress }) => progress("all of it") });
  const result = await task.delay();
  await workshop.worker().drain();
  expect(await result.state()).toBe("succeeded");
  expect(await result.progress()).toBe("all of it");
});

test("what an engine that is away refuses is sent again", async () => {
  let away = true;
  workshop = new Workshop({}, (engine) =>
    replacing(engine, "jobs", {
      progress: async (updates) => {
        if (away) throw new EngineUnavailable("away");
        await engine.jobs.progress(updates);
      },
    }),
  );
  const gate = Promise.withResolvers<void>();
  const task = workshop.task<void, unknown>({
    name: "reports",
    run: (_input, { progress }) => {
      progress(50);
      return gate.promise;
    },
  });
  const result = await task.delay();
  await workshop.worker().start();
  await workshop.clock.advance("3s");
  expect(await result.progress()).toBeUndefined();
  away = false;
  await workshop.clock.advance("1s");
  expect(await result.progress()).toBe(50);
  gate.resolve();
});

test("a value that is not JSON data fails in the handler's own line", async () => {
  workshop = new Workshop({ task: { retry: { max: 0 } } });
  const task = workshop.task<void, unknown>({
    name: "bad",
    run: (_input, { progress }) => progress(new Date() as unknown as string),
  });
  const result = await task.delay();
  await workshop.worker().drain();
  await expect(result.get()).rejects.toMatchObject({ cause: { code: "NOT_JSON" } });
});
