import type { Occurrences, Timing } from "./timing.ts";

/** The one occurrence of what happens once. */
export function instantOccurrence({ at }: Extract<Timing, { kind: "at" }>): Occurrences {
  return {
    after: (instant) => (at > instant ? at : undefined),
    upTo: (instant) => (at <= instant ? at : undefined),
  };
}
