import { OptionsInvalid } from "./errors.ts";

/** The last instant that a `Date` can be, in UTC epoch milliseconds; the first is as long before 1970. */
export const LAST_INSTANT = 8.64e15;

/**
 * Reads a `Date`, or UTC epoch milliseconds, as whole milliseconds; `undefined` where it is no instant. What no `Date` can be
 * is none: it could not be shown, sums with it would not be exact, and not every store could keep it.
 *
 * @example
 * parseInstant(new Date("2030-01-01T00:00:00Z")); // 1_893_456_000_000
 */
export function parseInstant(value: unknown): number | undefined {
  const epochMs = value instanceof Date ? value.getTime() : value;
  return typeof epochMs === "number" && Math.abs(epochMs) <= LAST_INSTANT ? Math.round(epochMs) : undefined;
}

/**
 * Whole epoch milliseconds from 1970 to the last instant, as a store keeps them: what lies beyond, such as a retention for
 * ever, is the nearest.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for NaN.
 *
 * @example
 * storedInstant(Number.POSITIVE_INFINITY); // LAST_INSTANT
 */
export function storedInstant(milliseconds: number): number {
  if (Number.isNaN(milliseconds))
    throw new OptionsInvalid("An instant is NaN: due, expires and retention take milliseconds.");
  return Math.min(LAST_INSTANT, Math.max(0, Math.round(milliseconds)));
}
