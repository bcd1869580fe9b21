import { setTimeout as realDelay } from "node:timers/promises";
import type { Engine } from "../engine/index.ts";
import type { FakeClock } from "./clock.ts";

// Handlers that do real work meanwhile are looked at again after so long.
const LOOK_AGAIN_MS = 1;

/** A wait of a handler for another job. */
export interface HandlerWait {
  /** When it gives up by itself, by the clock. */
  readonly untilMs: number;
  readonly isOver: () => Promise<boolean>;
}

/**
 * The waits of handlers under test. The worker that runs them also runs what they wait for; where nothing can run any more
 * before time has passed, this lets it pass.
 */
export class HandlerWaits {
  readonly #engine: Engine;
  readonly #clock: FakeClock;
  #waiting = 0;
  #isMoving = false;

  constructor(engine: Engine, clock: FakeClock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Resolves when the wait is over, or at its end; `stuck`: nothing will ever end it. */
  async attend(wait: HandlerWait): Promise<"over" | "stuck"> {
    this.#waiting += 1;
    try {
      while (!(await wait.isOver()) && this.#clock.now() < wait.untilMs) {
        if (this.#isMoving || !(await this.#isStill())) await realDelay(LOOK_AGAIN_MS);
        else if (!(await this.#move(wait.untilMs))) return "stuck";
      }
      return "over";
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Whether every handler that runs waits, and nothing else has begun to run. */
  async #isStill(): Promise<boolean> {
    const before = await this.#ready();
    await this.#clock.advance(0);
    const active = await this.#engine.inspect.count({ states: ["active"] });
    return active <= this.#waiting && (await this.#ready()) === before;
  }

  #ready(): Promise<number> {
    return this.#engine.inspect.count({ states: ["ready"] });
  }

  /** Lets time pass until the next job is due, or the wait ends; false where neither will come. */
  async #move(untilMs: number): Promise<boolean> {
    const { nextDueInMs = Number.POSITIVE_INFINITY } = await this.#engine.upkeep.promote({ max: 0 });
    const inMs = Math.min(nextDueInMs, untilMs - this.#clock.now());
    if (!Number.isFinite(inMs)) return false;
    this.#isMoving = true;
    try {
      await this.#clock.advance(inMs);
    } finally {
      this.#isMoving = false;
    }
    return true;
  }
}
