import { expect, test } from "vitest";
import { z } from "zod";
import { lovage } from "../../src/app/index.ts";
import type { Duration } from "../../src/kernel/duration.ts";
import { Planner } from "./support/planner.ts";

interface Code {
  readonly every: Duration;
  readonly queue?: string;
  readonly input?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Another process with code of its own, on the same engine. */
async function deploy(planner: Planner, code: Code | undefined): Promise<void> {
  const app = lovage({ engine: planner.engine, clock: planner.clock, logger: { log: () => {} } });
  const note = app.task({ name: "note", run: (_input: string | undefined) => {} });
  if (code !== undefined) app.schedule({ name: "a", task: note, ...code });
  const worker = app.worker({ queues: ["none"] });
  await worker.start();
  await planner.stop(worker);
}

test("a schedule of the code is there once a worker has started, and others need no code", async () => {
  const planner = new Planner();
  await deploy(planner, { every: "1h" });
  expect(await planner.app.schedules.get("a")).toMatchObject({ origin: "code", when: "every 1 h", orphaned: true });
  planner.app.schedule({ name: "b", task: planner.note, every: "2h" });
  expect((await planner.app.schedules.list()).map(({ name }) => name)).toEqual(["a"]);
  await planner.start();
  expect((await planner.app.schedules.list()).map(({ name, orphaned }) => [name, orphaned])).toEqual([
    ["a", true],
    ["b", false],
  ]);
});

test("a new deploy changes what has changed; the next occurrence stays where the timing does", async () => {
  const planner = new Planner();
  await deploy(planner, { every: "1h" });
  await planner.clock.advance("90m");
  await deploy(planner, { every: "1h", queue: "mail", input: "x" });
  const changed = await planner.app.schedules.get("a");
  expect(changed).toMatchObject({
    queue: "mail",
    input: "x",
    upcoming: [new Date("2026-01-01T02:00:00Z"), {}, {}, {}, {}],
  });
  expect(changed.last?.at).toEqual(new Date("2026-01-01T01:00:00Z"));
  await deploy(planner, { every: "2h" });
  expect((await planner.app.schedules.get("a")).upcoming[1]).toEqual(new Date("2026-01-01T04:00:00Z"));
});

test("a deploy that changes nothing writes nothing", async () => {
  const planner = new Planner();
  await deploy(planner, { every: "1h", input: "x", headers: { a: "b" } });
  const version = async () => (await planner.engine.records?.get("schedule", ["a"]))?.[0]?.version;
  const before = await version();
  await deploy(planner, { every: "1h", input: "x", headers: { a: "b" } });
  expect(await version()).toBe(before);
});

test("a deploy keeps a pause", async () => {
  const planner = new Planner();
  await deploy(planner, { every: "1h" });
  await planner.app.schedules.pause("a");
  await deploy(planner, { every: "2h" });
  expect(await planner.app.schedules.get("a")).toMatchObject({ state: "paused", when: "every 2 h" });
  await planner.app.schedules.resume("a");
  expect((await planner.app.schedules.get("a")).upcoming[0]).toEqual(new Date("2026-01-01T02:00:00Z"));
});

test("one that is gone from the code goes on until it is removed", async () => {
  const planner = new Planner();
  await deploy(planner, { every: "1h" });
  await deploy(planner, undefined);
  expect(await planner.app.schedules.get("a")).toMatchObject({ state: "active", orphaned: true });
  await planner.app.schedules.remove("a");
  await deploy(planner, undefined);
  expect(await planner.app.schedules.list()).toEqual([]);
});

test("it is changed in the code, not at run time; one made at run time is taken over by the code", async () => {
  const planner = new Planner();
  await planner.app.schedules.create({ name: "a", task: planner.note, every: "5h" });
  await deploy(planner, { every: "1h" });
  expect(await planner.app.schedules.get("a")).toMatchObject({ origin: "code", when: "every 1 h" });
  await expect(planner.app.schedules.update("a", { every: "2h" })).rejects.toMatchObject({
    code: "STATE_CONFLICT",
    message: expect.stringContaining("is defined in code"),
  });
});

test("one instant of the code that has passed happens no more, and hinders no worker", async () => {
  const planner = new Planner();
  planner.app.schedule({ name: "launch", task: planner.note, at: new Date("2025-12-24T18:00:00Z") });
  await planner.start();
  await planner.clock.advance("1m");
  expect(planner.runs).toEqual([]);
  expect(planner.found("is over")).toMatchObject([{ fields: { schedule: "launch" } }]);
});

test("a name belongs to one schedule of the code", () => {
  const { app, note } = new Planner();
  app.schedule({ name: "a", task: note, every: "1h" });
  expect(() => app.schedule({ name: "a", task: note, every: "2h" })).toThrow(
    /^Schedule "a" is defined twice in this app: at .*code\.test\.ts:\d+:\d+ and at .*code\.test\.ts:\d+:\d+\. Rename one of them\.$/,
  );
});

test("an input that does not fit is told where it is defined; one that a slow schema refuses, when a worker starts", async () => {
  const planner = new Planner();
  const strict = planner.app.task({ name: "strict", input: z.object({ id: z.number().positive() }), run: () => {} });
  expect(() => planner.app.schedule({ name: "a", task: strict, input: { id: -1 }, every: "1h" })).toThrow("$.id");
  const slow = z.object({ id: z.number() }).refine(async ({ id }) => id > 0, "is not positive");
  const task = planner.app.task({ name: "slow", input: slow, run: () => {} });
  planner.app.schedule({ name: "b", task, input: { id: -1 }, every: "1h" });
  await expect(planner.app.worker().start()).rejects.toMatchObject({ code: "INPUT_INVALID" });
});
