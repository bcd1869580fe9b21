import { type SharedPulse, threadClockMs } from "./shared-pulse.ts";

/** How often the lease thread looks whether the event loop turns. */
export const LOOK_EVERY_MS = 500;
// Looks of this thread, not time that has passed: a process that was stopped or a machine that slept must not look wedged.
const LOOKS_WITHOUT_BEAT = 4;
// The event loop gives an attempt up by itself at its limit; it is given the time to.
const MARGIN_MS = 1_000;

/**
 * Tells a wedged event loop: one that has not turned for a while although the hard time limit of a running attempt has
 * passed. Nothing in that loop can end the attempt any more, and every other job of the process waits behind it.
 */
export class WedgeWatch {
  readonly #pulse: SharedPulse;
  #beats = -1;
  #looks = 0;

  constructor(pulse: SharedPulse) {
    this.#pulse = pulse;
  }

  /** The number of the task whose limit has passed, once the loop is wedged. */
  look(): number | undefined {
    const { beats, limit } = this.#pulse;
    this.#looks = beats === this.#beats ? this.#looks + 1 : 0;
    this.#beats = beats;
    const passed = limit.giveUpAtMs > 0 && threadClockMs() > limit.giveUpAtMs + MARGIN_MS;
    return passed && this.#looks >= LOOKS_WITHOUT_BEAT ? limit.task : undefined;
  }
}
