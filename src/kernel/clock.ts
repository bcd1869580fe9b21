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

// setTimeout counts in 32 bits, 24.8 days: a longer delay would fire at once, so it is waited for in parts.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback, options = {}) {
    let timeout = arm(delayMs);
    function arm(remainingMs: number): NodeJS.Timeout {
      const partMs = Math.min(Math.max(0, remainingMs), MAX_TIMEOUT_MS);
      const next = (): void => {
        if (remainingMs > partMs) timeout = arm(remainingMs - partMs);
        else callback();
      };
      const handle = setTimeout(next, partMs);
      if (options.background) handle.unref();
      return handle;
    }
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
