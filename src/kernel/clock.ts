/** A timer that was set; `cancel()` may be called any number of times. */
export interface Timer {
  cancel(): void;
}

/** Time as Lovage sees it. The system's in production; one that a test moves by hand in tests. */
export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number;
  /** Milliseconds from some start, never going back: for measuring, not for dates. */
  monotonic(): number;
  /** Calls once after `delayMs`. A timer alone does not keep the process alive when `background` is true. */
  setTimer(delayMs: number, callback: () => void, options?: { readonly background?: boolean }): Timer;
}

// setTimeout counts in 32 bits: a longer delay would fire at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback, options = {}) {
    const timeout = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_TIMEOUT_MS));
    if (options.background) timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** Resolves after `delayMs`, or as soon as `signal` aborts; never rejects, so look at the signal afterwards. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.setTimer(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
