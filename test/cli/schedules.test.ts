import { describe, expect, test } from "vitest";
import { type App, lovage } from "../../src/app/index.ts";
import { clearSandboxes, jsonLines, type Sandbox, sandbox } from "./sandbox.ts";

clearSandboxes();

const CODE = `
import { lovage } from "lovage";

export const app = lovage();
const greet = app.task({
  name: "greet",
  redact: ({ name }) => ({ name, secret: "(hidden)" }),
  run(_: { name: string; secret: string }) {},
});
app.schedule({ name: "hourly", task: greet, input: { name: "Ada", secret: "x" }, every: "1h" });
`;

/** A store with a schedule made at run time, one of the code, and one that the code no longer defines. */
async function withSchedules(): Promise<{ place: Sandbox; app: App }> {
  const place = sandbox({ "tasks.ts": CODE });
  const app = place.app();
  await app.schedules.create({
    name: "report",
    task: "report",
    input: 7,
    cron: "30 2 * * *",
    timeZone: "Europe/Berlin",
    overlap: "queue",
  });
  const old = lovage({ url: place.url });
  const task = old.task({ name: "old", run: () => {} });
  old.schedule({ name: "former", task, at: new Date("2100-01-01T00:00:00Z") });
  await old.worker().drain();
  await old.close();
  expect((await place.run(["drain", "tasks.ts"])).code).toBe(0);
  return { place, app };
}

describe("schedules", () => {
  test("are listed with what comes next; with the code at hand, also what it no longer defines", async () => {
    const { place } = await withSchedules();
    const { code, stdout } = await place.run(["schedules"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SCHEDULE +TASK +WHEN +NEXT +LAST$/m);
    expect(stdout).toMatch(/^former +old +once, at 2100-01-01T00:00:00.000Z +in \d+ d( \d+ h)? +-$/m);
    expect(stdout).toMatch(/^hourly +greet +every 1 h +in [\d. ms]+ +-$/m);
    expect(stdout).toMatch(/^report +report +cron 30 2 \* \* \* \(Europe\/Berlin\) +in [\d. hms]+ +-$/m);
    const known = await place.run(["schedules", "list", "--module", "tasks.ts"]);
    expect(known.stdout).toMatch(/^former .* no longer in the code$/m);
    expect(known.stdout).not.toMatch(/^(hourly|report) .* no longer/m);
    const json = jsonLines((await place.run(["schedules", "list", "--module", "tasks.ts", "--json"])).stdout);
    expect(json).toMatchObject([
      { name: "former", origin: "code", orphaned: true },
      { name: "hourly", origin: "code", orphaned: false, timing: { kind: "every", everyMs: 3_600_000, anchorAt: 0 } },
      { name: "report", origin: "runtime", orphaned: false, state: "active", overlap: "queue", missed: "once" },
    ]);
  });

  test("none", async () => {
    const place = sandbox();
    await place.app().start();
    expect(await place.run(["schedules"])).toMatchObject({ code: 0, stdout: "", stderr: "There are no schedules.\n" });
  });

  test("are shown with the next five, and an input as its task allows", async () => {
    const { place } = await withSchedules();
    const { code, stdout } = await place.run(["schedules", "show", "report"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^schedule +report +active$/m);
    expect(stdout).toMatch(/^when +cron 30 2 \* \* \* \(Europe\/Berlin\)$/m);
    expect(stdout.match(/^(next| {4}) +\d{4}-\d\d-\d\dT0[01]:30:00\.000Z \(in .*\)$/gm)).toHaveLength(5);
    expect(stdout).toMatch(/^input +hidden: its task is not loaded/m);
    const asked = await place.run(["schedules", "show", "report", "--show-input", "--json"]);
    expect(JSON.parse(asked.stdout)).toMatchObject({ name: "report", input: 7, upcoming: { length: 5 } });
    const redacted = await place.run(["schedules", "show", "hourly", "--module", "tasks.ts", "--json"]);
    expect(JSON.parse(redacted.stdout)).toMatchObject({ input: { name: "Ada", secret: "(hidden)" } });
    const missing = await place.run(["schedules", "show", "nightly"]);
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('No schedule is named "nightly"') });
  });

  test("are paused, resumed, triggered and removed", async () => {
    const { place, app } = await withSchedules();
    const paused = await place.run(["schedules", "pause", "report", "hourly", "--json"]);
    expect(jsonLines(paused.stdout)).toEqual([
      { schedule: "report", operation: "pause" },
      { schedule: "hourly", operation: "pause" },
    ]);
    expect((await app.schedules.get("report")).state).toBe("paused");
    expect((await place.run(["schedules"])).stdout).toMatch(/^report .* - +- +paused$/m);
    const resumed = await place.run(["schedules", "resume", "report"]);
    expect(resumed.stdout).toMatch(/^resumed report, next \d{4}-.*Z\n$/);
    const triggered = await place.run(["schedules", "trigger", "report", "--json"]);
    const document = JSON.parse(triggered.stdout);
    expect(document).toEqual({ schedule: "report", operation: "trigger", id: expect.any(String) });
    expect(await app.result(document.id).state()).toBe("ready");
    expect(await place.run(["schedules", "remove", "report"])).toMatchObject({ code: 0, stdout: "removed report\n" });
    expect((await place.run(["schedules", "remove", "report"])).code).toBe(3);
  });
});

describe("doctor", () => {
  test("counts schedules, and tells of those that are overdue or gone from the code", async () => {
    const { place, app } = await withSchedules();
    const findings = async (args: readonly string[]) =>
      JSON.parse((await place.run(["doctor", "--json", ...args])).stdout).findings.filter(
        ({ check }: { check: string }) => check.startsWith("schedule"),
      );
    expect(await findings([])).toEqual([{ check: "schedules", ok: true, detail: "3 schedules, 0 paused" }]);
    const [record] = (await app.engine.records?.get("schedule", ["report"])) ?? [];
    const late = { ...JSON.parse(record?.value ?? ""), nextAt: Date.now() - 120_000 };
    const write = { kind: "schedule", id: "report", expected: 1, due: { at: late.nextAt }, ttlMs: undefined };
    await app.engine.records?.write([{ ...write, value: JSON.stringify(late) }], []);
    expect(await findings(["--module", "tasks.ts"])).toEqual([
      { check: "schedule", ok: false, detail: '"report" should have happened over a minute ago: does a worker run?' },
      {
        check: "schedule",
        ok: false,
        detail: '"former" is no longer in the code, and goes on: lovage schedules remove',
      },
    ]);
  });
});
