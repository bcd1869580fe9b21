import { LAST_INSTANT } from "../../kernel/instant.ts";
import { cronOccurrences } from "./cron.ts";
import { instantOccurrence } from "./instant.ts";
import { intervalOccurrences } from "./interval.ts";
import { solarOccurrences } from "./solar.ts";
import type { Occurrences, Timing } from "./timing.ts";

export { cronMistake } from "./cron.ts";
export { isTimeZone, similarTimeZone } from "./time-zone.ts";
export type { DayRule, SolarEvent, Timing } from "./timing.ts";

/** When something happens, and between which instants, both included. */
export interface BoundedTiming {
  readonly timing: Timing;
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
}

/**
 * The occurrences of a timing within its bounds.
 *
 * @example
 * occurrencesOf({ timing: { kind: "every", everyMs: 10_000, anchorAt: 0 }, startAt: undefined, endAt: undefined }).after(5); // 10,000
 */
export function occurrencesOf({
  timing,
  startAt = Number.NEGATIVE_INFINITY,
  endAt = LAST_INSTANT,
}: BoundedTiming): Occurrences {
  const { after, upTo } = unbounded(timing);
  return {
    after(instant) {
      const found = after(Math.max(instant, startAt - 1));
      return found === undefined || found > endAt ? undefined : found;
    },
    upTo(instant) {
      const found = upTo(Math.min(instant, endAt));
      return found === undefined || found < startAt ? undefined : found;
    },
  };
}

/** The next occurrences after an instant. */
export function nextOf(occurrences: Occurrences, instant: number, count: number): number[] {
  const found: number[] = [];
  let last: number | undefined = instant;
  while (found.length < count) {
    last = occurrences.after(last);
    if (last === undefined) break;
    found.push(last);
  }
  return found;
}

/** The latest occurrences between two instants, both included, in their order. */
export function latestOf(occurrences: Occurrences, from: number, until: number, count: number): number[] {
  const found: number[] = [];
  let last = occurrences.upTo(until);
  while (last !== undefined && last >= from && found.length < count) {
    found.push(last);
    last = occurrences.upTo(last - 1);
  }
  return found.reverse();
}

function unbounded(timing: Timing): Occurrences {
  switch (timing.kind) {
    case "every":
      return intervalOccurrences(timing);
    case "cron":
      return cronOccurrences(timing);
    case "at":
      return instantOccurrence(timing);
    case "solar":
      return solarOccurrences(timing);
  }
}
