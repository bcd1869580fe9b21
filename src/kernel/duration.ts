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

/** Writes milliseconds as people read them: `850 ms`, `12.3 s`, `4 m 5 s`, `2 h 3 m`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  // Each bound is where rounding would reach the next unit: 999.6 is 1.0 s, and 59,950 is 1 m.
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  const [large, small, largeSeconds, smallSeconds] = pairFor(seconds);
  const rest = Math.floor((seconds % largeSeconds) / smallSeconds);
  return `${Math.floor(seconds / largeSeconds)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

function pairFor(seconds: number): readonly [string, string, number, number] {
  if (seconds < 3_600) return ["m", "s", 60, 1];
  if (seconds < 86_400) return ["h", "m", 3_600, 60];
  return ["d", "h", 86_400, 3_600];
}
