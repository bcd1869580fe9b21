import { systemClock, type Timer } from "../kernel/clock.ts";

// Often enough to see a blocked loop soon, seldom enough to cost nothing: 4 wake-ups a second are 0.02 % of a core.
const EVERY_MS = 250;

/** Hears that the event loop turns, and by how much later than it should. */
export type PulseListener = (lateMs: number) => void;

/** Turns with the event loop, on the machine's clock: the loop of a test with a clock of its own can be blocked too. */
export class Pulse {
  readonly #listeners: readonly PulseListener[];
  #timer: Timer | undefined;

  constructor(listeners: readonly PulseListener[]) {
    this.#listeners = listeners;
  }

  start(): void {
    this.#timer ??= this.#next();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #next(): Timer {
    const expectedMs = systemClock.monotonic() + EVERY_MS;
    return systemClock.setTimer(EVERY_MS, () => this.#turn(systemClock.monotonic() - expectedMs), { background: true });
  }

  #turn(lateMs: number): void {
    this.#timer = this.#next();
    for (const listener of this.#listeners) listener(Math.max(0, lateMs));
  }
}
