/** A length of time: milliseconds, or a number with a unit: `"250ms"`, `"60s"`, `"2m"`, `"1.5h"`, `"7d"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a duration as whole milliseconds, or `undefined` where it is not one. Negative durations are none. */
export function parseDuration(value: unknown): number | undefined {
  const milliseconds = typeof value === "number" ? value : typeof value === "string" ? readText(value) : undefined;
  if (milliseconds === undefined || milliseconds < 0) return undefined;
  const whole = Math.round(milliseconds);
  // Beyond 2^53 (and for NaN and infinity) sums with an instant are no longer exact.
  return Number.isSafeInteger(whole) ? whole : undefined;
}

function readText(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ""];
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}

/** Writes milliseconds as people read them, parts of the last unit left off: `850 ms`, `12.3 s`, `4 m 5 s`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  // Neither rounds up into the next unit: that would be 1000 ms, or 60.0 s.
  if (milliseconds < 1_000) return `${Math.min(999, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`;
  const [large, small, largeMs, smallMs] = pairFor(milliseconds);
  const rest = Math.floor((milliseconds % largeMs) / smallMs);
  return `${Math.floor(milliseconds / largeMs)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

function pairFor(milliseconds: number): readonly [string, string, number, number] {
  if (milliseconds < 3_600_000) return ["m", "s", 60_000, 1_000];
  if (milliseconds < 86_400_000) return ["h", "m", 3_600_000, 60_000];
  return ["d", "h", 86_400_000, 3_600_000];
}
