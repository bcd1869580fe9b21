import { describe, expect, test } from "vitest";
import { Planner } from "./support/planner.ts";

const HOUR_MS = 3_600_000;

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, opened: promise };
}

describe("missed: what nobody was there for", () => {
  /** Down from 00:00 to `until`, with a schedule every 10 s. */
  async function backAfter(missed: "skip" | "once" | "all" | undefined, downMs: number): Promise<Planner> {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s", missed });
    await planner.clock.advance(downMs);
    await planner.start();
    await planner.clock.advance(1_000);
    return planner;
  }

  test("once, the default: the latest runs, however late", async () => {
    const planner = await backAfter(undefined, 35_000);
    expect(planner.planned()).toEqual(["00:00:30"]);
    expect(planner.found("since no worker was there")).toMatchObject([
      { level: "warn", fields: { schedule: "tens", since: "2026-01-01T00:00:10.000Z", missed: "once" } },
    ]);
    await planner.clock.advance("10s");
    expect(planner.planned()).toEqual(["00:00:30", "00:00:40"]);
  });

  test("once: a nightly one runs in the morning", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "nightly", task: planner.note, cron: "0 2 * * *" });
    await planner.clock.advance("9h");
    await planner.start();
    await planner.clock.advance(1_000);
    expect(planner.planned()).toEqual(["02:00:00"]);
    expect(planner.found("since no worker was there")).toEqual([]);
  });

  test("skip: none that is over a minute late", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "nightly", task: planner.note, cron: "0 2 * * *", missed: "skip" });
    await planner.clock.advance(2 * HOUR_MS + 61_000);
    await planner.start();
    await planner.clock.advance("1h");
    expect(planner.planned()).toEqual([]);
    expect(planner.found("since no worker was there")).toHaveLength(1);
    const { upcoming } = await planner.app.schedules.get("nightly");
    expect(upcoming[0]).toEqual(new Date("2026-01-02T02:00:00Z"));
  });

  test("skip: one that is less late was not missed, and of several the latest is meant", async () => {
    const planner = await backAfter("skip", 35_000);
    expect(planner.planned()).toEqual(["00:00:30"]);
  });

  test("all: each runs, in its order", async () => {
    const planner = await backAfter("all", 35_000);
    expect(planner.planned()).toEqual(["00:00:10", "00:00:20", "00:00:30"]);
    expect(planner.found("since no worker was there")).toEqual([]);
  });

  test("all: the latest thousand, and what is left out is told", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s", missed: "all" });
    await planner.clock.advance("1d");
    await planner.app.worker({ concurrency: 100 }).drain();
    const planned = planner.planned().toSorted();
    expect(planned).toHaveLength(1_000);
    expect(new Set(planned).size).toBe(1_000);
    expect([planned.at(0), planned.at(1), planned.at(-1)]).toEqual(["00:00:00", "21:13:30", "23:59:50"]);
    expect(planner.found("since no worker was there")).toMatchObject([
      { fields: { since: "2026-01-01T00:00:10.000Z" } },
    ]);
  });
});

describe("overlap: while the job of the last occurrence has not ended", () => {
  async function holding(
    overlap: "allow" | "skip" | "queue" | undefined,
  ): Promise<{ planner: Planner; open: () => void }> {
    const planner = new Planner();
    const { open, opened } = gate();
    planner.hold = opened;
    planner.app.schedule({ name: "tens", task: planner.note, every: "10s", overlap });
    await planner.start();
    await planner.clock.advance("39s");
    return { planner, open };
  }

  test("allow, the default: the next one runs beside it", async () => {
    const { planner, open } = await holding(undefined);
    expect(planner.planned()).toEqual(["00:00:10", "00:00:20", "00:00:30"]);
    open();
  });

  test("skip: the next one is left out, and told", async () => {
    const { planner, open } = await holding("skip");
    expect(planner.planned()).toEqual(["00:00:10"]);
    expect(planner.found("has not ended").map(({ fields }) => fields.at)).toEqual([
      "2026-01-01T00:00:20.000Z",
      "2026-01-01T00:00:30.000Z",
    ]);
    open();
    await planner.clock.advance("11s");
    expect(planner.planned()).toEqual(["00:00:10", "00:00:40", "00:00:50"]);
  });

  test("queue: one waits, of several the latest, and runs within a second of the end", async () => {
    const { planner, open } = await holding("queue");
    expect(planner.planned()).toEqual(["00:00:10"]);
    expect((await planner.app.schedules.get("tens")).waiting).toEqual(new Date("2026-01-01T00:00:30Z"));
    expect(planner.found("has not ended").map(({ fields }) => fields.at)).toEqual(["2026-01-01T00:00:20.000Z"]);
    open();
    await planner.clock.advance("1s");
    expect(planner.runs.map(({ planned, started }) => [planned, started])).toEqual([
      ["00:00:10", "00:00:10"],
      ["00:00:30", expect.stringMatching(/^00:00:(39|40)$/)],
    ]);
    await planner.clock.advance("20s");
    expect(planner.planned()).toEqual(["00:00:10", "00:00:30", "00:00:40", "00:00:50", "00:01:00"]);
  });

  test("a job that was removed has ended", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({
      name: "tens",
      task: planner.note,
      every: "10s",
      overlap: "skip",
      queue: "idle",
    });
    const worker = planner.app.worker({ queues: ["default"] });
    await worker.start();
    await planner.clock.advance("15s");
    await planner.engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
    await planner.clock.advance("10s");
    expect(await planner.jobs()).toMatchObject([
      { state: "ready", headers: { "lovage-scheduled-at": "2026-01-01T00:00:20.000Z" } },
    ]);
    await planner.stop(worker);
  });
});

describe("the job of an occurrence", () => {
  test("jitter puts it off, by chance and below its bound", async () => {
    const planner = new Planner();
    planner.app.schedule({ name: "jittery", task: planner.note, every: "1m", jitter: "30s" });
    planner.app.schedule({ name: "other", task: planner.note, every: "1m", jitter: "30s" });
    await planner.start();
    await planner.clock.advance("20m");
    const late = planner.runs.map(({ started, planned }) => seconds(started) - seconds(planned));
    expect(planner.planned("jittery").length).toBeGreaterThanOrEqual(19);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(30);
    expect(new Set(late).size).toBeGreaterThan(10);
    // Whoever put it off also wakes in time for it, and not at the next poll.
    const afterDue = (await planner.jobs()).flatMap(({ dueAt, startedAt }) =>
      dueAt === undefined || startedAt === undefined ? [] : [startedAt - dueAt],
    );
    expect(afterDue.length).toBeGreaterThan(10);
    expect(Math.max(...afterDue)).toBeLessThan(10);
  });

  test("happens from start to end, and then the schedule is over, and gone after a week", async () => {
    const planner = new Planner();
    const [start, end] = [new Date("2026-01-01T00:00:25Z"), new Date("2026-01-01T00:00:45Z")];
    await planner.app.schedules.create({ name: "short", task: planner.note, every: "10s", start, end });
    await planner.app.schedules.create({ name: "once", task: planner.note, at: new Date("2026-01-01T00:00:07Z") });
    const worker = await planner.start();
    await planner.clock.advance("5m");
    await planner.stop(worker);
    expect(planner.planned("short")).toEqual(["00:00:25", "00:00:35", "00:00:45"]);
    expect(planner.planned("once")).toEqual(["00:00:07"]);
    expect(await planner.app.schedules.get("short")).toMatchObject({ state: "over", upcoming: [] });
    await planner.clock.advance("7d");
    await expect(planner.app.schedules.get("short")).rejects.toMatchObject({ code: "SCHEDULE_NOT_FOUND" });
    expect(planner.runs).toHaveLength(4);
  });

  test("expires so long after it was due, and so long after it was made if that is later", async () => {
    const planner = new Planner();
    await planner.app.start();
    await planner.app.engine.inspect.pause("default");
    await planner.app.schedules.create({ name: "brief", task: planner.note, every: "1h", expires: "10m" });
    await planner.clock.advance("3h");
    await planner.clock.advance("20m");
    await planner.start();
    await planner.clock.advance("5m");
    expect(await planner.jobs()).toMatchObject([{ state: "ready", expiresAt: Date.parse("2026-01-01T03:30:00Z") }]);
    await planner.clock.advance("6m");
    expect(await planner.jobs()).toMatchObject([{ state: "revoked", revocation: { by: "expiry" } }]);
  });

  test("has the queue, priority, headers and input that the schedule gives, and else the task's", async () => {
    const planner = new Planner();
    const task = planner.app.task({
      name: "theirs",
      queue: "mail",
      priority: 7,
      expires: "1h",
      key: () => "the same",
      run: () => {},
    });
    const headers = { tenant: "7" };
    await planner.app.schedules.create({ name: "a", task, every: "1h" });
    await planner.app.schedules.create({
      name: "b",
      task: planner.note,
      input: "x",
      queue: "reports",
      priority: 1,
      headers,
      every: "1h",
    });
    await planner.clock.advance("1h");
    await planner.app.worker({ queues: ["none"] }).drain();
    expect((await planner.jobs()).toSorted((one, other) => one.priority - other.priority)).toMatchObject([
      { task: "note", queue: "reports", priority: 1, input: '"x"', headers: { tenant: "7", "lovage-schedule": "b" } },
      { task: "theirs", queue: "mail", priority: 7, key: undefined, expiresAt: Date.parse("2026-01-01T02:00:00Z") },
    ]);
  });
});

function seconds(time: string): number {
  const [hours = 0, minutes = 0, rest = 0] = time.split(":").map(Number);
  return hours * 3_600 + minutes * 60 + rest;
}
