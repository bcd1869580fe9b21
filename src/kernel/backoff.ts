/** How long to wait before a retry. */
export interface Backoff {
  /** The first delay; each further one doubles. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** `full` draws from 0 to the delay, `added` adds up to as much again, `false` takes the delay itself. */
  readonly jitter: "full" | "added" | false;
}

/**
 * The delay after the `failures`-th failure (from 1): `min(max, base · 2^(failures − 1))`, which is the arithmetic of
 * Celery's `retry_backoff`, then the jitter. The cap holds for the delay before `added` jitter.
 */
export function backoffDelayMs(failures: number, backoff: Backoff, random: () => number = Math.random): number {
  // 2^52 ms is past any cap; without the bound 2^1024 would be Infinity and Infinity · 0 NaN.
  const doublings = Math.min(Math.max(0, failures - 1), 52);
  const delayMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** doublings);
  switch (backoff.jitter) {
    case "full":
      return Math.round(delayMs * random());
    case "added":
      return Math.round(delayMs * (1 + random()));
    case false:
      return Math.round(delayMs);
  }
}
