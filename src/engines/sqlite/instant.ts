import { OptionsInvalid } from "../../kernel/errors.ts";
import type { When } from "../../kernel/job.ts";

// The last instant that a Date can hold. Retention for ever is stored as this.
const LAST_INSTANT = 8_640_000_000_000_000;

/** The epoch milliseconds that a caller's wish means at `nowMs`. */
export function instantOf(when: When, nowMs: number): number {
  return "at" in when ? toInstant(when.at) : toInstant(nowMs + when.afterMs);
}

/** Whole epoch milliseconds in the range of a Date. */
export function toInstant(milliseconds: number): number {
  if (Number.isNaN(milliseconds))
    throw new OptionsInvalid("An instant is NaN: due, expires and retention take milliseconds.");
  return Math.min(LAST_INSTANT, Math.max(0, Math.round(milliseconds)));
}
