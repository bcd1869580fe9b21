import { describe, expect, test } from "vitest";
import { lovage } from "../../src/app/index.ts";
import { OptionsInvalid } from "../../src/kernel/errors.ts";
import { Planner } from "./support/planner.ts";

/** The mistakes that are told of a schedule, however wrong its types. */
function mistakes(options: object): unknown {
  const { app, note } = new Planner();
  const define = app.schedule.bind(app) as (options: unknown) => void;
  try {
    define({ name: "a", task: note, ...options });
  } catch (error) {
    if (error instanceof OptionsInvalid) return error.details.mistakes;
    throw error;
  }
  return [];
}

describe("what does not fit is refused with what to do", () => {
  const cronExample = 'Example: "30 2 * * MON-FRI", at 02:30 from Monday to Friday';
  const fields = "not five (minute, hour, day of month, month, day of week) or six (seconds first)";
  const events = '"dawn", "sunrise", "noon", "sunset", "dusk"';
  test.each<[string, object, string[]]>([
    ["no timing", {}, ["nothing says when: give one of every, cron, at, solar"]],
    ["two timings", { every: "1h", at: 0 }, ["every and at exclude each other: give one of them"]],
    ["nonsense", { cron: "every day" }, [`cron is "every day": it has 2 fields, ${fields}. ${cronExample}`]],
    [
      "a pattern with years",
      { cron: "0 0 0 1 1 * 2027" },
      [`cron is "0 0 0 1 1 * 2027": it has 7 fields, ${fields}. ${cronExample}`],
    ],
    ["minute 61", { cron: "61 * * * *" }, [`cron is "61 * * * *": Invalid value for minute: 61. ${cronExample}`]],
    [
      "@reboot",
      { cron: "@reboot" },
      [`cron is "@reboot": a schedule knows no reboot; push a job where your process starts. ${cronExample}`],
    ],
    ["a pattern that is no text", { cron: 5 }, [`cron is 5: it is no text. ${cronExample}`]],
    [
      "an unknown zone",
      { cron: "@daily", timeZone: "Mars/Base" },
      [
        'timeZone is "Mars/Base", which is no time zone that this Node knows: write an IANA name such as "Europe/Berlin"',
      ],
    ],
    [
      "a city",
      { cron: "@daily", timeZone: "new york" },
      ['timeZone is "new york", which is no time zone that this Node knows: did you mean "America/New_York"?'],
    ],
    [
      "an offset",
      { cron: "@daily", timeZone: "+02:00" },
      ['timeZone is "+02:00", which is no time zone that this Node knows: write an IANA name such as "Europe/Berlin"'],
    ],
    [
      "a zone of an interval",
      { every: "1d", timeZone: "Europe/Berlin" },
      ["timeZone belongs to cron: the other timings are the same everywhere"],
    ],
    [
      "latitude 95",
      { solar: { event: "dawn", latitude: 95, longitude: 0 } },
      ["solar.latitude is 95, not degrees from -90 to 90 (north is positive)"],
    ],
    [
      "no place",
      { solar: { event: "dawn" } },
      [
        "solar.latitude is undefined, not degrees from -90 to 90 (north is positive)",
        "solar.longitude is undefined, not degrees from -180 to 180 (east is positive)",
      ],
    ],
    [
      "NaN",
      { solar: { event: "dawn", latitude: Number.NaN, longitude: 0 } },
      ["solar.latitude is NaN, not degrees from -90 to 90 (north is positive)"],
    ],
    ["no event", { solar: { latitude: 1, longitude: 1 } }, [`solar.event is missing: give one of ${events}`]],
    [
      "another event",
      { solar: { event: "teatime", latitude: 1, longitude: 1 } },
      [`solar.event is "teatime", not one of ${events}`],
    ],
    ["too often", { every: "100ms" }, ['every is "100ms", below 1s: what is wanted more often is a loop within a job']],
    [
      "no duration",
      { every: "often" },
      ['every is "often", not a duration: write "30s", "5m" or milliseconds, not below 0'],
    ],
    [
      "no instant",
      { at: "tomorrow" },
      ['at is "tomorrow", not an instant: pass a valid Date, or UTC epoch milliseconds'],
    ],
    [
      "an invalid Date",
      { at: new Date(Number.NaN) },
      ["at is an invalid Date, not an instant: pass a valid Date, or UTC epoch milliseconds"],
    ],
    [
      "an instant that no Date can be",
      { every: "1h", start: -1e300 },
      ["start is -1e+300, not an instant: pass a valid Date, or UTC epoch milliseconds"],
    ],
    ["end before start", { every: "1h", start: 2, end: 1 }, ["end is before start"]],
    [
      "much jitter",
      { every: "1m", jitter: "1m" },
      ["jitter is not below every: the occurrences would lose their order"],
    ],
    [
      "policies",
      { every: "1m", missed: "never", overlap: "no" },
      ['missed is "never", not one of "skip", "once", "all"', 'overlap is "no", not one of "allow", "skip", "queue"'],
    ],
    [
      "own headers",
      { every: "1m", headers: { "lovage-schedule": "x" } },
      ['headers["lovage-schedule"] begins with "lovage-", which Lovage keeps for itself'],
    ],
    [
      "a misspelling",
      { every: "1m", timezone: "UTC" },
      [
        "timezone is not an option; there are name, task, every, cron, at, solar, timeZone, dayRule, missed, overlap, jitter, start, end, expires, queue, priority, headers, input",
      ],
    ],
    ["no name", { name: undefined, every: "1m" }, ["name is missing: it is how the schedule is found again"]],
    [
      "no task",
      { task: undefined, every: "1m" },
      ["task is undefined: give what app.task() returned, or the name of a task of other processes"],
    ],
    ["a function", { task: () => {}, every: "1m" }, [expect.stringContaining("give what app.task() returned")]],
    [
      "several at once",
      { cron: "* *", timeZone: "x", priority: 10, queue: "" },
      [
        expect.stringContaining("timeZone"),
        expect.stringContaining("cron"),
        expect.stringContaining("queue"),
        expect.stringContaining("priority"),
      ],
    ],
  ])("%s", (_what, options, expected) => {
    expect(mistakes(options)).toEqual(expected);
  });

  test("a task of another app", () => {
    const stranger = lovage({ url: "memory:" }).task({ name: "theirs", run: () => {} });
    expect(mistakes({ task: stranger, every: "1m" })).toEqual([
      'task is "theirs" of another app: register it here, or give its name',
    ]);
  });

  test("the message begins with the schedule, and the stack where it was called", async () => {
    const { app, note } = new Planner();
    const refused = app.schedules.create({ name: "a", task: note, cron: "x" });
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(/^Schedule "a" does not fit: 1 mistake:\n {2}- cron is "x": /),
      stack: expect.stringMatching(/\n {4}at .*mistakes\.test\.ts/),
    });
  });
});

describe("what would never happen is refused at run time", () => {
  test.each<[string, object]>([
    ["30 February", { cron: "0 0 30 2 *" }],
    ["an instant that has passed", { at: new Date("2025-01-01T00:00:00Z") }],
    ["an end that has passed", { every: "1h", end: new Date("2025-01-01T00:00:00Z") }],
    ["an interval beyond all instants", { every: 9e15 }],
    ["a sunrise at the pole", { solar: { event: "sunrise", latitude: 90, longitude: 0 } }],
  ])("%s", async (_what, timing) => {
    const { app, note } = new Planner();
    const create = app.schedules.create.bind(app.schedules) as (options: unknown) => Promise<unknown>;
    await expect(create({ name: "a", task: note, ...timing })).rejects.toThrow('Schedule "a" would never happen');
    expect(await app.schedules.list()).toEqual([]);
  });
});
