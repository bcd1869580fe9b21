import { lovage } from "lovage";
import { testing } from "lovage/testing";
import { expect, onTestFinished, test } from "vitest";

function office() {
  const app = lovage({ url: "memory:" });
  const ran: string[] = [];
  const bench = testing(app);
  onTestFinished(() => bench.close());
  const note = (what: string): void =>
    void ran.push(`${new Date(bench.clock.now()).toISOString().slice(0, 16)} ${what}`);
  const report = app.task({ name: "report", run: (what: string) => note(what) });
  return { app, bench, ran, note, report };
}

test("advance() runs schedules on the way, each at its instant, in order", async () => {
  const { app, bench, ran, report } = office();
  app.schedule({ name: "weekly", task: report, input: "weekly", cron: "0 0 * * MON" });
  app.schedule({ name: "daily", task: report, input: "daily", cron: "0 9 * * *", timeZone: "Europe/Berlin" });
  expect(await bench.advance("5d")).toMatchObject({ succeeded: 6 });
  expect(ran).toEqual([
    "2026-01-01T08:00 daily",
    "2026-01-02T08:00 daily",
    "2026-01-03T08:00 daily",
    "2026-01-04T08:00 daily",
    "2026-01-05T00:00 weekly",
    "2026-01-05T08:00 daily",
  ]);
  expect(bench.clock.now()).toBe(Date.UTC(2026, 0, 6));
  bench.expectPushed(report, "weekly", { times: 1, headers: { "lovage-schedule": "weekly" } });
});

test("six hours of a schedule of ten seconds are 2,160 runs", async () => {
  const { app, bench, ran, report } = office();
  app.schedule({ name: "tens", task: report, input: "ten", every: "10s" });
  await bench.advance("6h");
  expect(ran).toHaveLength(2_160);
});

test("drain() runs what is due now, and does not wait for a schedule, which has no end", async () => {
  const { app, bench, ran, report } = office();
  app.schedule({ name: "hourly", task: report, input: "hourly", every: "1h" });
  await bench.drain();
  await bench.drain({ until: "idle" });
  expect(ran).toEqual([]);
  expect(bench.clock.now()).toBe(Date.UTC(2026, 0, 1));
  await bench.clock.advance("61m");
  await bench.drain();
  expect(ran).toEqual(["2026-01-01T01:01 hourly"]);
});

test("on the way to a job, schedules happen in their time", async () => {
  const { app, bench, ran, report } = office();
  app.schedule({ name: "hourly", task: report, input: "hourly", every: "1h" });
  await report.delay("later", { countdown: "150m" });
  await bench.drain({ until: "idle" });
  expect(ran).toEqual(["2026-01-01T01:00 hourly", "2026-01-01T02:00 hourly", "2026-01-01T02:30 later"]);
});

test("a get() lets schedules happen meanwhile; one that nothing will end is told of, schedules or not", async () => {
  const { app, bench, ran, note, report } = office();
  app.schedule({ name: "hourly", task: report, input: "hourly", every: "1h" });
  const later = await report.delay("later", { countdown: "90m" });
  await later.get();
  expect(ran).toEqual(["2026-01-01T01:00 hourly", "2026-01-01T01:30 later"]);
  const never = await app.send("unknown");
  await expect(never.get()).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  await expect(never.get({ timeout: "2h" })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
  note("patience ends");
  expect(ran.slice(2)).toEqual([
    "2026-01-01T02:00 hourly",
    "2026-01-01T03:00 hourly",
    "2026-01-01T03:30 patience ends",
  ]);
  await bench.drain();
});

test("schedules at run time, too", async () => {
  const { app, bench, ran, report } = office();
  await app.schedules.create({ name: "hourly", task: report, input: "hourly", every: "1h" });
  await bench.advance("1h");
  await app.schedules.pause("hourly");
  await bench.advance("5h");
  expect(ran).toHaveLength(1);
});
