import { expect, test } from "vitest";
import { type Engine, override, type Records } from "../../src/engine/index.ts";
import { EngineUnavailable } from "../../src/kernel/errors.ts";
import { SCHEDULE_KIND } from "../../src/schedule/index.ts";
import { FakeClock } from "../../src/testing/clock.ts";
import { Planner } from "./support/planner.ts";

const tens = ["00:00:10", "00:00:20", "00:00:30", "00:00:40", "00:00:50", "00:01:00"];

function withRecords(engine: Engine, replace: (records: Records) => Partial<Records>): Engine {
  const { records } = engine;
  if (records === undefined) throw new Error("The engine keeps no records.");
  return { ...engine, records: override(records, replace(records)) };
}

test("each occurrence runs on time, and knows what it is", async () => {
  const planner = new Planner();
  planner.app.schedule({ name: "tens", task: planner.note, every: "10s" });
  await planner.start();
  await planner.clock.advance("1m");
  expect(planner.planned()).toEqual(tens);
  expect(planner.runs.map(({ started }) => started)).toEqual(tens);
  expect(planner.runs.every(({ schedule }) => schedule === "tens")).toBe(true);
  expect(planner.runs[0]?.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("several workers beat at once: no occurrence is doubled, none is lost", async () => {
  const planner = new Planner();
  for (let number = 0; number < 30; number += 1)
    planner.app.schedule({ name: `tens ${number}`, task: planner.note, every: "10s" });
  await Promise.all([planner.start(), planner.start(), planner.start(), planner.start()]);
  await planner.clock.advance("1m");
  for (let number = 0; number < 30; number += 1) expect(planner.planned(`tens ${number}`)).toEqual(tens);
  expect(new Set(planner.runs.map(({ id }) => id)).size).toBe(180);
});

test("a schedule made while workers sleep is heard of at once; with the hint lost, within 5 s", async () => {
  const planner = new Planner();
  await planner.start();
  await planner.clock.advance("2500ms");
  await planner.app.schedules.create({ name: "seconds", task: planner.note, every: "1s" });
  await planner.clock.advance("1s");
  expect(planner.runs.map(({ started }) => started)).toEqual(["00:00:03"]);

  const deaf = new Planner((engine) => ({ ...engine, bus: override(engine.bus, { publish: async () => {} }) }));
  await deaf.start();
  await deaf.clock.advance("2500ms");
  await deaf.app.schedules.create({ name: "seconds", task: deaf.note, every: "1s" });
  await deaf.clock.advance("2600ms");
  expect(deaf.runs.map(({ started }) => started)).toEqual(["00:00:05"]);
});

test("a store without schedules costs a worker one look into an index every 5 s", async () => {
  let looks = 0;
  const planner = new Planner((engine) =>
    withRecords(engine, (records) => ({
      due(request) {
        looks += 1;
        return records.due(request);
      },
    })),
  );
  await planner.start();
  await planner.clock.advance("10m");
  expect(looks).toBeGreaterThan(100);
  expect(looks).toBeLessThanOrEqual(121);
});

test.each(["before", "after"] as const)(
  "a worker that dies right %s the write makes neither a gap nor a double",
  async (when) => {
    let dies = 3;
    const planner = new Planner((engine) =>
      withRecords(engine, (records) => ({
        async write(writes, jobs) {
          if (jobs.length > 0) dies -= 1;
          if (dies === 0 && when === "before") throw new EngineUnavailable("The connection broke before the write.");
          const reply = await records.write(writes, jobs);
          if (dies === 0 && when === "after") throw new EngineUnavailable("The connection broke after the write.");
          return reply;
        },
      })),
    );
    planner.app.schedule({ name: "tens", task: planner.note, every: "10s" });
    await planner.start();
    await planner.clock.advance("1m");
    expect(planner.planned()).toEqual(tens);
    expect(planner.found("the engine answers again")).toHaveLength(1);
  },
);

test("while the schedules alone cannot be read, their failure is told once, however often the lease is renewed", async () => {
  let isAway = false;
  const planner = new Planner((engine) =>
    withRecords(engine, (records) => ({
      async due(request) {
        if (isAway) throw new EngineUnavailable("The connection broke before the look.");
        return await records.due(request);
      },
    })),
  );
  await planner.start();
  isAway = true;
  await planner.clock.advance("1m");
  isAway = false;
  await planner.clock.advance("1m");
  expect(planner.found("the engine does not answer as it should")).toHaveLength(1);
  expect(planner.found("the engine answers again")).toHaveLength(1);
});

test("the engine's clock decides, whatever the process's says", async () => {
  const planner = new Planner(undefined, new FakeClock({ startAt: Date.UTC(2040, 0, 1) }));
  await planner.app.schedules.create({ name: "hourly", task: planner.note, every: "1h" });
  const { upcoming } = await planner.app.schedules.get("hourly");
  expect(upcoming[0]).toEqual(new Date("2026-01-01T01:00:00Z"));
});

test("when the clock jumps ten years ahead, a schedule of seconds goes on with one job", async () => {
  const planner = new Planner();
  await planner.app.schedules.create({ name: "seconds", task: planner.note, cron: "* * * * * *" });
  await planner.clock.advance("3653d");
  const startedMs = performance.now();
  await planner.app.worker().drain();
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(planner.runs).toHaveLength(1);
  expect(planner.runs[0]?.started).toBe(planner.runs[0]?.planned);
  const { upcoming } = await planner.app.schedules.get("seconds");
  expect(upcoming[0]?.getTime()).toBe(planner.clock.now() + 1_000);
});

test("a schedule that this worker does not understand is put off and told, and holds up no other", async () => {
  const planner = new Planner();
  await planner.app.start();
  const write = { kind: SCHEDULE_KIND, expected: 0, due: { at: 1 }, ttlMs: undefined } as const;
  await planner.engine.records?.write([{ ...write, id: "newer", value: '{"format":2}' }], []);
  await planner.engine.records?.write([{ ...write, id: "torn", value: "{" }], []);
  await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s" });
  await planner.start();
  await planner.clock.advance("59s");
  expect(planner.planned()).toEqual(tens.slice(0, 5));
  expect(
    planner
      .found("does not understand")
      .map(({ fields }) => fields.schedule)
      .sort(),
  ).toEqual(["newer", "torn"]);
  await planner.clock.advance("5s");
  expect(planner.found("does not understand")).toHaveLength(4);
  await planner.app.schedules.remove("newer");
  await planner.app.schedules.remove("torn");
});

test("a thousand schedules that are due together all run", async () => {
  const planner = new Planner();
  for (let number = 0; number < 1_000; number += 1)
    await planner.app.schedules.create({ name: `hourly ${number}`, task: planner.note, every: "1h" });
  await planner.clock.advance("1h");
  await planner.app.worker({ concurrency: 100 }).drain();
  expect(new Set(planner.runs.map(({ schedule }) => schedule)).size).toBe(1_000);
});

test("an engine without records has no schedules: one in the code is refused at the worker's start, the rest works", async () => {
  const planner = new Planner((engine) => ({ ...engine, records: undefined }));
  await expect(planner.app.schedules.list()).rejects.toMatchObject({ code: "CAPABILITY_MISSING" });
  const worker = await planner.start();
  await planner.note.delay("a push");
  await planner.clock.advance("10s");
  expect(planner.runs).toHaveLength(1);
  await planner.stop(worker);
  planner.app.schedule({ name: "tens", task: planner.note, every: "10s" });
  await expect(planner.app.worker().start()).rejects.toMatchObject({
    code: "CAPABILITY_MISSING",
    message: "The memory engine keeps no records, so it can have no schedules: use one that does.",
  });
});
