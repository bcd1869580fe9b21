import { createRequire } from "node:module";
import type { Occurrences, SolarEvent, Timing } from "./timing.ts";

type SunCalc = typeof import("suncalc");

// Loaded by the first schedule of this kind, as croner is by the first pattern.
const require = createRequire(import.meta.url);

const DAY_MS = 86_400_000;
// From one sunrise at the edge of a polar night to the next: near the poles that is almost a year.
const MAX_DAYS = 400;
// An event belongs to the day of its noon, which lies within half a day of it, and up to a quarter of an hour off the mean.
const MARGIN_DAYS = 2;
// Refraction alone makes a sunrise uncertain by more; and a better formula in a later version shall find the same instant.
const MINUTE_MS = 60_000;

const names = { dawn: "dawn", sunrise: "sunrise", noon: "solarNoon", sunset: "sunset", dusk: "dusk" } as const;

/** The occurrences of what the sun does at a place, to the minute; days on which it does not do it have none. */
export function solarOccurrences(timing: Extract<Timing, { kind: "solar" }>): Occurrences {
  const { getTimes } = require("suncalc") as SunCalc;
  const { event, latitude, longitude } = timing;
  const onDayOf = (instant: number): number | undefined => {
    const found = getTimes(new Date(instant), latitude, longitude)[names[event satisfies SolarEvent]];
    return found === null ? undefined : Math.round(found.getTime() / MINUTE_MS) * MINUTE_MS;
  };
  const search = (from: number, direction: 1 | -1, fits: (at: number) => boolean): number | undefined => {
    for (let day = -MARGIN_DAYS; day <= MAX_DAYS; day += 1) {
      const at = onDayOf(from + direction * day * DAY_MS);
      if (at !== undefined && fits(at)) return at;
    }
    return undefined;
  };
  return {
    after: (instant) => search(instant, 1, (at) => at > instant),
    upTo: (instant) => search(instant, -1, (at) => at <= instant),
  };
}
