import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "../kernel/clock.ts";
import { type Duration, parseDuration } from "../kernel/duration.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { Heap } from "../kernel/heap.ts";

// A turn of the event loop carries one hop: a push waits for the end of its turn, its reply for the next, and so on.
// The longest chain from a timer to the next timer that it sets (claim, run, settle, claim) has 6 hops.
const TURNS_TO_SETTLE = 12;

// A timer that sets itself again without a delay would never let time pass.
const MAX_TIMERS_AT_ONE_INSTANT = 100_000;

interface FakeTimer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it.
 *
 * @example
 * const clock = new FakeClock();
 * clock.setTimer(60_000, () => console.log("a minute later"));
 * await clock.advance("1m"); // prints, without waiting
 */
export class FakeClock implements Clock {
  readonly #startAt: number;
  readonly #timers = new Heap<FakeTimer>((left, right) => left.dueAt - right.dueAt || left.order - right.order);
  #now: number;
  #order = 0;

  /** `startAt`: the first instant, UTC epoch milliseconds; 2026-01-01 by default. */
  constructor(options: { readonly startAt?: number } = {}) {
    this.#startAt = options.startAt ?? Date.UTC(2026, 0, 1);
    this.#now = this.#startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#startAt;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    this.#order += 1;
    const timer = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.remove(timer) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due (UTC epoch milliseconds); absent when none waits. */
  get nextAt(): number | undefined {
    return this.#timers.peek()?.dueAt;
  }

  /**
   * Lets time pass: runs what falls due on the way, in order, each timer at its own instant, and lets promises and
   * `setImmediate` callbacks settle after each.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) when `duration` is not one.
   */
  async advance(duration: Duration): Promise<void> {
    const durationMs = parseDuration(duration);
    if (durationMs === undefined) {
      throw new OptionsInvalid(
        `A clock cannot advance by ${String(duration)}: pass "90s", "2m" or milliseconds from 0 up.`,
      );
    }
    const until = this.#now + durationMs;
    await settle();
    await this.#runTimers(until);
    this.#now = until;
  }

  async #runTimers(until: number): Promise<void> {
    let atThisInstant = 0;
    for (let timer = this.#takeDue(until); timer !== undefined; timer = this.#takeDue(until)) {
      atThisInstant = timer.dueAt === this.#now ? atThisInstant + 1 : 1;
      if (atThisInstant > MAX_TIMERS_AT_ONE_INSTANT) {
        throw new RangeError(
          `${MAX_TIMERS_AT_ONE_INSTANT} timers fell due at one instant: something sets a timer of 0 ms again and again.`,
        );
      }
      this.#now = Math.max(this.#now, timer.dueAt);
      timer.callback();
      await settle();
    }
  }

  #takeDue(until: number): FakeTimer | undefined {
    const timer = this.#timers.peek();
    if (timer === undefined || timer.dueAt > until) return undefined;
    this.#timers.remove(timer);
    return timer;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) await setImmediate();
}
