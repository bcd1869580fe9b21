import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Planner } from "./support/planner.ts";

describe("a schedule made at run time", () => {
  test("is there with its next occurrences before a worker is", async () => {
    const planner = new Planner();
    const { app, note } = planner;
    const made = await app.schedules.create({
      ...{ name: "weekly", task: note, input: "x", headers: { tenant: "7" }, queue: "mail", jitter: "1m" },
      ...{ cron: "0 0 * * MON", timeZone: "Europe/Berlin", end: new Date("2026-02-01T00:00:00Z") },
    });
    expect(made).toMatchObject({
      ...{ name: "weekly", task: "note", input: "x", state: "active", origin: "runtime", orphaned: false },
      ...{ when: "cron 0 0 * * MON (Europe/Berlin)", queue: "mail", priority: 5, headers: { tenant: "7" } },
      ...{ missed: "once", overlap: "allow", jitterMs: 60_000, last: undefined, waiting: undefined },
    });
    expect(made.upcoming.map((at) => at.toISOString())).toEqual(
      ["2026-01-04", "2026-01-11", "2026-01-18", "2026-01-25"].map((day) => `${day}T23:00:00.000Z`),
    );
    expect(await app.schedules.get("weekly")).toEqual(made);
    expect(await app.schedules.list()).toEqual([made]);
    await expect(app.schedules.create({ name: "weekly", task: note, every: "1h" })).rejects.toMatchObject({
      code: "SCHEDULE_EXISTS",
    });
  });

  test("says when it happens", async () => {
    const { app, note } = new Planner();
    const at = new Date("2026-05-01T00:00:00Z");
    await app.schedules.create({ name: "1", task: note, every: "90m" });
    await app.schedules.create({ name: "2", task: note, every: "10s" });
    await app.schedules.create({ name: "3", task: note, at });
    await app.schedules.create({ name: "4", task: note, solar: { event: "dusk", latitude: -33.9, longitude: 18.4 } });
    await app.schedules.create({ name: "5", task: note, cron: "0 0 13 * FRI", dayRule: "both" });
    expect((await app.schedules.list()).map(({ when }) => when)).toEqual([
      "every 1 h 30 m",
      "every 10 s",
      "once, at 2026-05-01T00:00:00.000Z",
      "dusk at 33.9° S, 18.4° E",
      "cron 0 0 13 * FRI (UTC, both day fields)",
    ]);
  });

  test("can be of a task that another process defines", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "theirs", task: "their.task", input: { userId: 7 }, every: "1h" });
    await planner.clock.advance("1h");
    await planner.app.worker().drain();
    expect(await planner.jobs()).toMatchObject([{ task: "their.task", state: "ready", input: '{"userId":7}' }]);
  });

  test("hundreds are listed by name, page by page", async () => {
    const { app, note } = new Planner();
    const names = Array.from({ length: 450 }, (_, number) => `schedule ${String(number).padStart(3, "0")}`);
    for (const name of names.toReversed()) await app.schedules.create({ name, task: note, every: "1h" });
    expect((await app.schedules.list()).map(({ name }) => name)).toEqual(names);
  });
});

describe("update", () => {
  test("changes what is given, and keeps the next occurrence where the timing stays", async () => {
    const { app, note, clock } = new Planner();
    const before = await app.schedules.create({ name: "a", task: note, input: "x", every: "1h", overlap: "skip" });
    await clock.advance("90m");
    const after = await app.schedules.update("a", { queue: "mail", input: "y" });
    expect(after).toMatchObject({ queue: "mail", input: "y", overlap: "skip", when: "every 1 h" });
    // Still the one that is due: nobody has run it yet.
    expect(after.upcoming).toEqual(before.upcoming);
    const moved = await app.schedules.update("a", { cron: "15 * * * *" });
    expect(moved.when).toBe("cron 15 * * * * (UTC)");
    expect(moved.upcoming[0]).toEqual(new Date("2026-01-01T02:15:00Z"));
    expect(moved).toMatchObject({ queue: "mail", input: "y", overlap: "skip" });
  });

  test("of a pattern keeps its time zone, and of a time zone its pattern", async () => {
    const { app, note } = new Planner();
    await app.schedules.create({ name: "a", task: note, cron: "0 8 * * *", timeZone: "Europe/Paris", dayRule: "both" });
    const later = await app.schedules.update("a", { cron: "0 9 * * *" });
    expect(later.when).toBe("cron 0 9 * * * (Europe/Paris, both day fields)");
    const moved = await app.schedules.update("a", { timeZone: "Asia/Tokyo", dayRule: "either" });
    expect(moved.when).toBe("cron 0 9 * * * (Asia/Tokyo)");
    expect(moved.upcoming[0]).toEqual(new Date("2026-01-02T00:00:00Z"));
    expect((await app.schedules.update("a", { every: "1h" })).when).toBe("every 1 h");
    await expect(app.schedules.update("a", { timeZone: "Asia/Tokyo" })).rejects.toThrow("timeZone belongs to cron");
  });

  test("of the start moves the grid along", async () => {
    const { app, note } = new Planner();
    await app.schedules.create({ name: "a", task: note, every: "1h" });
    const { upcoming } = await app.schedules.update("a", { start: new Date("2026-01-01T03:20:00Z") });
    expect(upcoming.map((at) => at.toISOString().slice(11, 16))).toEqual(["03:20", "04:20", "05:20", "06:20", "07:20"]);
  });

  test("is refused where it does not fit, and then changes nothing", async () => {
    const { app, note } = new Planner();
    const before = await app.schedules.create({ name: "a", task: note, every: "1h" });
    const mistakes = app.schedules.update("a", { cron: "nonsense", priority: 11 });
    await expect(mistakes).rejects.toMatchObject({ code: "OPTIONS_INVALID", details: { mistakes: { length: 2 } } });
    await expect(app.schedules.update("a", { end: new Date(0) })).rejects.toThrow("would never happen");
    await expect(app.schedules.update("b", { every: "1h" })).rejects.toMatchObject({ code: "SCHEDULE_NOT_FOUND" });
    expect(await app.schedules.get("a")).toEqual(before);
  });
});

describe("pause, resume, trigger and remove", () => {
  test("a pause lasts, and what would have happened meanwhile was not missed", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s", missed: "all" });
    await planner.start();
    await planner.clock.advance("12s");
    expect(await planner.app.schedules.pause("tens")).toMatchObject({ state: "paused", upcoming: [] });
    await planner.clock.advance("33s");
    expect(await planner.app.schedules.pause("tens")).toMatchObject({ state: "paused" });
    expect(await planner.app.schedules.resume("tens")).toMatchObject({ state: "active" });
    await planner.app.schedules.resume("tens");
    await planner.clock.advance("10s");
    expect(planner.planned()).toEqual(["00:00:10", "00:00:50"]);
  });

  test("a pause drops the occurrence that waits", async () => {
    const planner = new Planner();
    const { promise, resolve } = Promise.withResolvers<void>();
    planner.hold = promise;
    await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s", overlap: "queue" });
    await planner.start();
    await planner.clock.advance("25s");
    expect((await planner.app.schedules.get("tens")).waiting).toBeDefined();
    expect((await planner.app.schedules.pause("tens")).waiting).toBeUndefined();
    resolve();
    await planner.clock.advance("30s");
    expect(planner.planned()).toEqual(["00:00:10"]);
  });

  test("a trigger runs a job now, and leaves the plan as it is", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "hourly", task: planner.note, every: "1h" });
    await planner.app.schedules.pause("hourly");
    await planner.start();
    const result = await planner.app.schedules.trigger("hourly");
    await planner.clock.advance("1s");
    expect(await result.state()).toBe("succeeded");
    expect(planner.runs).toMatchObject([{ schedule: "hourly", planned: "" }]);
    expect(await planner.app.schedules.get("hourly")).toMatchObject({ state: "paused", last: undefined });
  });

  test("one that was removed is gone, and its jobs stay", async () => {
    const planner = new Planner();
    await planner.app.schedules.create({ name: "tens", task: planner.note, every: "10s" });
    await planner.clock.advance("10s");
    await planner.app.worker({ queues: ["none"] }).drain();
    await planner.app.schedules.remove("tens");
    await planner.clock.advance("1m");
    await planner.app.worker({ queues: ["none"] }).drain();
    expect(await planner.jobs()).toHaveLength(1);
    const { schedules } = planner.app;
    for (const act of ["get", "pause", "resume", "trigger", "remove"] as const)
      await expect(schedules[act]("tens")).rejects.toMatchObject({
        code: "SCHEDULE_NOT_FOUND",
        details: { schedule: "tens" },
      });
  });

  test("many changes at once are all made", async () => {
    const { app, note } = new Planner();
    await app.schedules.create({ name: "a", task: note, every: "1h" });
    await Promise.all(Array.from({ length: 20 }, (_, number) => app.schedules.update("a", { priority: number % 10 })));
    await Promise.all([app.schedules.update("a", { queue: "mail" }), app.schedules.update("a", { missed: "all" })]);
    expect(await app.schedules.get("a")).toMatchObject({ queue: "mail", missed: "all" });
  });
});

describe("the input", () => {
  test("must fit the task's schema, also an asynchronous one, and stays as it was given", async () => {
    const { app } = new Planner();
    const schema = z.object({ userId: z.number() }).refine(async ({ userId }) => userId > 0, "is not positive");
    const task = app.task({ name: "mail", input: schema, run: () => {} });
    const bad = app.schedules.create({ name: "a", task, input: { userId: -1 }, every: "1h" });
    await expect(bad).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining("is not positive"),
    });
    await app.schedules.create({ name: "a", task, input: { userId: 1 }, every: "1h" });
    await expect(app.schedules.update("a", { input: { userId: -1 } })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect((await app.schedules.get("a")).input).toEqual({ userId: 1 });
  });

  test("is JSON data of a bounded size", async () => {
    const { app, note } = new Planner();
    const large = app.schedules.create({ name: "a", task: note, input: "x".repeat(70_000), every: "1h" });
    await expect(large).rejects.toMatchObject({ code: "TOO_LARGE" });
    const date = app.schedules.create({ name: "a", task: "theirs", input: { at: new Date() }, every: "1h" });
    await expect(date).rejects.toMatchObject({ code: "NOT_JSON", details: { path: "$.at" } });
  });

  test("an older version of a task's input is upgraded when the job runs", async () => {
    const planner = new Planner();
    const seen: unknown[] = [];
    const task = planner.app.task({
      name: "v2",
      version: 2,
      upgrade: () => 0,
      run: (input: number) => void seen.push(input),
    });
    await planner.app.schedules.create({ name: "a", task, input: 7, every: "1h" });
    await planner.app.schedules.update("a", { headers: { tenant: "7" } });
    await planner.clock.advance("1h");
    await planner.app.worker().drain();
    expect(seen).toEqual([7]);
  });
});
