import { describe, expect, test } from "vitest";
import { latestOf, nextOf, occurrencesOf, type SolarEvent } from "../../../src/schedule/timing/index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function sun(event: SolarEvent, latitude: number, longitude: number) {
  return occurrencesOf({ timing: { kind: "solar", event, latitude, longitude }, startAt: undefined, endAt: undefined });
}

// The U.S. Naval Observatory's tables give whole minutes; so do we.
function expectNear(at: number | undefined, expected: string): void {
  const gap = Math.abs((at ?? 0) - Date.parse(expected));
  expect(gap, `${at === undefined ? "never" : new Date(at).toISOString()} for ${expected}`).toBeLessThanOrEqual(
    2 * MINUTE_MS,
  );
}

describe("the sun", () => {
  test("of Greenwich, at the solstices and the equinox of 2026", () => {
    const day = Date.parse("2026-06-21T00:00:00Z");
    expectNear(sun("sunrise", 51.48, 0).after(day), "2026-06-21T03:43:00Z");
    expectNear(sun("noon", 51.48, 0).after(day), "2026-06-21T12:02:00Z");
    expectNear(sun("sunset", 51.48, 0).after(day), "2026-06-21T20:22:00Z");
    expectNear(sun("sunrise", 51.48, 0).after(Date.parse("2026-12-21T00:00:00Z")), "2026-12-21T08:03:00Z");
    expectNear(sun("sunset", 51.48, 0).after(Date.parse("2026-12-21T00:00:00Z")), "2026-12-21T15:54:00Z");
  });

  test("rises and sets by day where the day of UTC is another", () => {
    // Auckland: sunrise of 22 June, local time, is on the evening of the 21st in UTC.
    expectNear(sun("sunrise", -36.85, 174.76).after(Date.parse("2026-06-21T12:00:00Z")), "2026-06-21T19:34:00Z");
    expectNear(sun("sunset", -36.85, 174.76).after(Date.parse("2026-06-21T12:00:00Z")), "2026-06-22T05:12:00Z");
  });

  test("does each thing once a day, in order, at every longitude", () => {
    for (const longitude of [-180, -60, 13.4, 120, 179.9]) {
      const from = Date.parse("2026-01-01T00:00:00Z");
      for (const event of ["dawn", "sunrise", "noon", "sunset", "dusk"] as const) {
        const found = nextOf(sun(event, 40, longitude), from, 400);
        const gaps = found.slice(1).map((at, index) => at - (found[index] ?? 0));
        expect(Math.min(...gaps), `${event} at ${longitude}`).toBeGreaterThan(DAY_MS - 5 * MINUTE_MS);
        expect(Math.max(...gaps), `${event} at ${longitude}`).toBeLessThan(DAY_MS + 5 * MINUTE_MS);
        expect(latestOf(sun(event, 40, longitude), from, found[99] ?? 0, 1_000)).toEqual(found.slice(0, 100));
      }
      const noons = nextOf(sun("noon", 40, longitude), from, 1);
      for (const noon of noons) {
        const [sunrise, dusk] = [sun("sunrise", 40, longitude).upTo(noon), sun("dusk", 40, longitude).after(noon)];
        expect(noon - (sunrise ?? 0)).toBeLessThan(DAY_MS / 2);
        expect((dusk ?? Number.POSITIVE_INFINITY) - noon).toBeLessThan(DAY_MS / 2);
      }
    }
  });
});

describe("where the sun does not rise on some days", () => {
  test("in Tromsø the next sunrise after November is in January, and the next sunset after May in July", () => {
    const sunrise = sun("sunrise", 69.65, 18.96).after(Date.parse("2026-12-01T00:00:00Z")) ?? 0;
    expect(new Date(sunrise).toISOString()).toMatch(/^2027-01-1[4-7]/);
    const sunset = sun("sunset", 69.65, 18.96).after(Date.parse("2026-05-25T00:00:00Z")) ?? 0;
    expect(new Date(sunset).toISOString()).toMatch(/^2026-07-2[5-9]/);
    expect(sun("sunrise", 69.65, 18.96).upTo(sunrise - 1)).toBeLessThan(Date.parse("2026-11-30T00:00:00Z"));
  });

  test("noon comes every day, also in the polar night", () => {
    expectNear(sun("noon", 69.65, 18.96).after(Date.parse("2026-12-21T00:00:00Z")), "2026-12-21T10:42:00Z");
  });

  test("at a pole it never does", () => {
    expect(sun("sunrise", 90, 0).after(Date.parse("2026-01-01T00:00:00Z"))).toBeUndefined();
    expect(sun("dawn", -90, 0).upTo(Date.parse("2026-01-01T00:00:00Z"))).toBeUndefined();
  });
});
