import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/kernel/duration.ts";

describe("parseDuration", () => {
  test.each<[unknown, number]>([
    [0, 0],
    [1500, 1500],
    [0.4, 0],
    ["250ms", 250],
    ["60s", 60_000],
    ["2m", 120_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["0.5ms", 1],
  ])("%j is %d ms", (value, milliseconds) => {
    expect(parseDuration(value)).toBe(milliseconds);
  });

  test.each<unknown>([
    -1,
    "-1s",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    "5",
    "s",
    "5 s",
    " 5s",
    "5s\n",
    "1e3s",
    "0x10s",
    ".5s",
    "5.s",
    "5S",
    "5w",
    "1h30m",
    `${"9".repeat(400)}d`,
    `${Number.MAX_SAFE_INTEGER}s`,
    1e300,
    null,
    undefined,
    {},
    5n,
    new Date(5),
  ])("%s is none", (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });

  test("whatever it reads is a whole number from 0 that can be added to an instant", () => {
    const unit = fc.constantFrom("ms", "s", "m", "h", "d");
    const text = fc.tuple(fc.double({ min: 0, noNaN: true }), unit).map(([number, name]) => `${number}${name}`);
    fc.assert(
      fc.property(fc.oneof(text, fc.double(), fc.string()), (value) => {
        const milliseconds = parseDuration(value);
        if (milliseconds === undefined) return;
        expect(Number.isSafeInteger(milliseconds)).toBe(true);
        expect(milliseconds).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("formatDuration", () => {
  test.each<[number, string]>([
    [0, "0 ms"],
    [849.6, "850 ms"],
    [999.4, "999 ms"],
    [999.6, "999 ms"],
    [1_000, "1.0 s"],
    [12_345, "12.3 s"],
    [59_999, "59.9 s"],
    [60_000, "1 m"],
    [245_000, "4 m 5 s"],
    [3_599_999, "59 m 59 s"],
    [3_600_000, "1 h"],
    [7_380_000, "2 h 3 m"],
    [86_400_000, "1 d"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
