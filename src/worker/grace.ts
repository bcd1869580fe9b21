import { type Clock, sleep, type Timer } from "../kernel/clock.ts";

/** How long a shutdown may wait for running handlers: it can be shortened while it lasts, never prolonged. */
export class Grace {
  readonly #clock: Clock;
  readonly #expired: PromiseWithResolvers<void> = Promise.withResolvers();
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the time is over. */
  get expired(): Promise<void> {
    return this.#expired.promise;
  }

  /** From now on it lasts so long at the most. */
  limit(graceMs: number): void {
    const endsAtMs = this.#clock.monotonic() + graceMs;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#endsAtMs = endsAtMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(graceMs, () => this.#expired.resolve());
  }

  /** Nothing waits for it any more. */
  close(): void {
    this.#timer?.cancel();
  }
}

/** Waits for a promise, but no longer than this; says whether it came in time. Its failure is the caller's to hear of. */
export async function within(clock: Clock, promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const patience = new AbortController();
  const inTime = promise.then(() => true);
  try {
    return await Promise.race([inTime, sleep(clock, limitMs, patience.signal).then(() => false)]);
  } finally {
    patience.abort();
    // The loser of the race may still fail: it has an owner who hears of it.
    inTime.catch(() => {});
  }
}
