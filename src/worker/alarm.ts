import { type Clock, sleep } from "../kernel/clock.ts";

/** Wakes its one sleeper in time for the earliest that it was told of. */
export class Alarm {
  readonly #clock: Clock;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something is due so soon. */
  dueIn(delayMs: number): void {
    const atMs = this.#clock.monotonic() + delayMs;
    if (atMs >= this.#dueAtMs) return;
    this.#dueAtMs = atMs;
    this.#wake?.();
  }

  /** Forgets what it was told: its sleeper looks for itself now. */
  reset(): void {
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }

  /** Sleeps for so long, or until the earliest of what it was told since the reset. */
  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    this.#dueAtMs = Math.min(this.#dueAtMs, this.#clock.monotonic() + delayMs);
    for (;;) {
      const restMs = this.#dueAtMs - this.#clock.monotonic();
      if (restMs <= 0 || signal.aborted) return;
      const early = new AbortController();
      this.#wake = () => early.abort();
      signal.addEventListener("abort", this.#wake, { once: true });
      await sleep(this.#clock, Math.ceil(restMs), early.signal);
      signal.removeEventListener("abort", this.#wake);
    }
  }
}
