import { describe, expect, test } from "vitest";
import { type DayRule, latestOf, nextOf, occurrencesOf } from "../../../src/schedule/timing/index.ts";
import { dailyBySight, minutesBySight, shown, transitions } from "../support/wall-clock.ts";

const HOUR_MS = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
const UNTIL = Date.UTC(2035, 0, 1);

function cron(pattern: string, timeZone: string = "UTC", dayRule: DayRule = "either") {
  return occurrencesOf({ timing: { kind: "cron", pattern, timeZone, dayRule }, startAt: undefined, endAt: undefined });
}

function next(pattern: string, from: string, count: number, timeZone?: string, dayRule?: DayRule): string[] {
  return nextOf(cron(pattern, timeZone, dayRule), Date.parse(from), count).map((at) => new Date(at).toISOString());
}

/** Between the two instants, found forwards and backwards. */
function both(pattern: string, timeZone: string, from: number, until: number): number[] {
  const occurrences = cron(pattern, timeZone);
  const forwards: number[] = [];
  for (let at = occurrences.after(from - 1); at !== undefined && at < until; at = occurrences.after(at))
    forwards.push(at);
  expect(latestOf(occurrences, from, until - 1, 10_000), "backwards").toEqual(forwards);
  return forwards;
}

// By an hour at night, by an hour at midnight, by half an hour, and by an hour from a quarter to: twenty changes each.
const zones = ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Chatham"];

describe.each(zones)("every change of the clocks in %s over ten years", (timeZone) => {
  const changes = transitions(timeZone, FROM, UNTIL);

  test("there are twenty", () => {
    expect(changes.length).toBe(20);
  });

  test("a daily time is neither lost nor doubled, and comes at the first instant that shows it, or has passed it", () => {
    for (const change of changes) {
      const [from, until] = [change - 30 * HOUR_MS, change + 30 * HOUR_MS];
      // The times around the change, and those that the clocks skip or show twice.
      const around = [-90, -60, -30, -15, -1, 0, 1, 15, 30, 45, 59, 60, 90].map((minutes) =>
        shown(
          "UTC",
          Date.parse(`${shown(timeZone, change - 60_000).replace(" ", "T")}Z`) + (minutes + 1) * 60_000,
        ).slice(11),
      );
      for (const time of new Set([...around, "02:30"])) {
        const [hour, minute] = time.split(":").map(Number);
        expect(
          both(`${minute} ${hour} * * *`, timeZone, from, until),
          `${time}, around ${new Date(change).toISOString()}`,
        ).toEqual(dailyBySight(timeZone, time, from, until));
      }
    }
  });

  test("every quarter of an hour follows the clock", () => {
    for (const change of changes) {
      const [from, until] = [change - 3 * HOUR_MS, change + 3 * HOUR_MS];
      expect(both("*/15 * * * *", timeZone, from, until)).toEqual(
        minutesBySight(timeZone, ["00", "15", "30", "45"], from, until),
      );
    }
  });
});

describe("patterns", () => {
  test.each<[string, string, string[]]>([
    ["*/5 * * * *", "2026-01-01T00:03:00Z", ["2026-01-01T00:05:00.000Z", "2026-01-01T00:10:00.000Z"]],
    ["*/20 * * * * *", "2026-01-01T00:00:01Z", ["2026-01-01T00:00:20.000Z", "2026-01-01T00:00:40.000Z"]],
    [
      "0 9-17/4 * * MON-FRI",
      "2026-01-02T10:00:00Z",
      ["2026-01-02T13:00:00.000Z", "2026-01-02T17:00:00.000Z", "2026-01-05T09:00:00.000Z"],
    ],
    ["0 0 L * *", "2026-01-15T00:00:00Z", ["2026-01-31T00:00:00.000Z", "2026-02-28T00:00:00.000Z"]],
    ["0 0 * * FRI#2", "2026-01-01T00:00:00Z", ["2026-01-09T00:00:00.000Z", "2026-02-13T00:00:00.000Z"]],
    ["0 0 1 JAN,JUL *", "2026-01-02T00:00:00Z", ["2026-07-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"]],
    ["@daily", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00.000Z"]],
    ["@hourly", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00.000Z"]],
    ["@weekly", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00.000Z"]],
    ["@monthly", "2026-01-01T00:00:00Z", ["2026-02-01T00:00:00.000Z"]],
    ["@yearly", "2026-01-01T00:00:00Z", ["2027-01-01T00:00:00.000Z"]],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00:00.000Z"]],
    ["0 0 30 2 *", "2026-01-01T00:00:00Z", []],
  ])("%s after %s", (pattern, from, expected) => {
    expect(next(pattern, from, Math.max(1, expected.length))).toEqual(expected);
  });

  test("day of month and day of week: either, or both", () => {
    const from = "2026-02-01T00:00:00Z";
    expect(next("0 0 13 * FRI", from, 3)).toEqual(
      ["2026-02-06", "2026-02-13", "2026-02-20"].map((day) => `${day}T00:00:00.000Z`),
    );
    expect(next("0 0 13 * FRI", from, 3, "UTC", "both")).toEqual(
      ["2026-02-13", "2026-03-13", "2026-11-13"].map((day) => `${day}T00:00:00.000Z`),
    );
  });

  test("milliseconds neither repeat an occurrence nor skip one", () => {
    const daily = cron("30 2 * * *");
    const at = Date.parse("2026-01-05T02:30:00Z");
    expect(daily.after(at - 1)).toBe(at);
    expect(daily.after(at)).toBe(at + 24 * HOUR_MS);
    expect(daily.after(at + 1)).toBe(at + 24 * HOUR_MS);
    expect(daily.upTo(at - 1)).toBe(at - 24 * HOUR_MS);
    expect(daily.upTo(at)).toBe(at);
    expect(daily.upTo(at + 999)).toBe(at);
  });
});
