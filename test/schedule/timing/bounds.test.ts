import { describe, expect, test } from "vitest";
import { latestOf, nextOf, occurrencesOf, type Timing } from "../../../src/schedule/timing/index.ts";

const start = Date.UTC(2026, 0, 1, 12);

function bounded(timing: Timing, startAt?: number, endAt?: number) {
  return occurrencesOf({ timing, startAt, endAt });
}

describe("an interval", () => {
  const every = { kind: "every", everyMs: 10_000, anchorAt: 3_000 } as const;

  test("lies on its grid, before and after its anchor", () => {
    expect(nextOf(bounded(every), 0, 3)).toEqual([3_000, 13_000, 23_000]);
    expect(nextOf(bounded(every), 13_000, 1)).toEqual([23_000]);
    expect(nextOf(bounded(every), -8_000, 2)).toEqual([-7_000, 3_000]);
    expect(bounded(every).upTo(12_999)).toBe(3_000);
    expect(bounded(every).upTo(13_000)).toBe(13_000);
  });
});

describe("bounds", () => {
  const every = { kind: "every", everyMs: 10_000, anchorAt: start } as const;
  const minutely = { kind: "cron", pattern: "* * * * *", timeZone: "UTC", dayRule: "either" } as const;

  test("start and end are both included", () => {
    expect(nextOf(bounded(every, start, start + 20_000), 0, 9)).toEqual([start, start + 10_000, start + 20_000]);
    expect(nextOf(bounded(minutely, start, start + 60_000), 0, 9)).toEqual([start, start + 60_000]);
    expect(latestOf(bounded(minutely, start, start + 60_000), 0, start * 2, 9)).toEqual([start, start + 60_000]);
  });

  test("what happens once does so only within them", () => {
    const once = { kind: "at", at: start } as const;
    expect(bounded(once).after(start - 1)).toBe(start);
    expect(bounded(once).after(start)).toBeUndefined();
    expect(bounded(once, start + 1).after(0)).toBeUndefined();
    expect(bounded(once, undefined, start - 1).after(0)).toBeUndefined();
    expect(bounded(once).upTo(start - 1)).toBeUndefined();
  });
});
