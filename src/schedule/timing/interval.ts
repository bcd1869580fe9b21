import type { Occurrences, Timing } from "./timing.ts";

/** Occurrences on a grid, so that a restart or a late beat shifts none of them. */
export function intervalOccurrences({ everyMs, anchorAt }: Extract<Timing, { kind: "every" }>): Occurrences {
  const upTo = (instant: number): number => anchorAt + Math.floor((instant - anchorAt) / everyMs) * everyMs;
  return { upTo, after: (instant) => upTo(instant) + everyMs };
}
