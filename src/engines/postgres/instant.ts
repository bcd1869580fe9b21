import { OptionsInvalid } from "../../kernel/errors.ts";
import type { When } from "../../kernel/job.ts";

// The last instant that a Date can hold. Retention for ever is stored as this.
const LAST_INSTANT = 8_640_000_000_000_000;

/** A wish for the server's clock: an instant, or so long from now. */
export interface Wish {
  readonly at: number | undefined;
  readonly afterMs: number | undefined;
}

/** @throws OptionsInvalid (`OPTIONS_INVALID`) */
export function wishOf(when: When | undefined): Wish {
  if (when === undefined) return { at: undefined, afterMs: undefined };
  if ("at" in when) return { at: toMilliseconds(when.at), afterMs: undefined };
  return { at: undefined, afterMs: toMilliseconds(when.afterMs) };
}

/** Whole milliseconds in the range of a Date. @throws OptionsInvalid (`OPTIONS_INVALID`) */
export function toMilliseconds(value: number): number {
  if (Number.isNaN(value)) throw new OptionsInvalid("An instant is NaN: due, expires and retention take milliseconds.");
  return Math.min(LAST_INSTANT, Math.max(0, Math.round(value)));
}
