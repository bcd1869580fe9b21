import type { ClaimInterest, Jobs } from "../../engine/index.ts";
import type { Outage } from "../outage.ts";

// A hint that brings nothing was for a job that another worker took. After so many the next poll asks for hints again.
const MAX_FRUITLESS_HINTS = 10;

export interface ArrivalParts {
  readonly jobs: Jobs;
  readonly interest: ClaimInterest;
  readonly outage: Outage;
  readonly onHint: () => void;
}

/** Asks the engine for hints that jobs have arrived, one at a time. */
export class ArrivalWatch {
  readonly #parts: ArrivalParts;
  #wait: AbortController | undefined;
  #fruitless = 0;
  #failed = false;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  get armed(): boolean {
    return this.#wait !== undefined;
  }

  /** Says whether it waits now; it does not after a failure, or after too many hints in vain, until `allow()`. */
  arm(): boolean {
    if (this.#failed || this.#fruitless >= MAX_FRUITLESS_HINTS) return false;
    if (this.#wait === undefined) void this.#waitOnce();
    return true;
  }

  disarm(): void {
    this.#wait?.abort();
    this.#wait = undefined;
  }

  /** A claim was given jobs. */
  rewarded(): void {
    this.#fruitless = 0;
  }

  /** Lets it wait again. */
  allow(): void {
    this.#fruitless = 0;
    this.#failed = false;
  }

  async #waitOnce(): Promise<void> {
    const wait = new AbortController();
    this.#wait = wait;
    try {
      await this.#parts.jobs.arrival(this.#parts.interest, wait.signal);
      this.#parts.outage.succeeded("arrival");
    } catch (error) {
      this.#failed = true;
      if (!wait.signal.aborted) this.#parts.outage.failed("arrival", error);
    }
    if (this.#wait !== wait) return;
    this.#wait = undefined;
    this.#fruitless += 1;
    if (this.#failed) return;
    // Waits again before the claim that follows, so that nothing can arrive in between unheard.
    this.arm();
    this.#parts.onHint();
  }
}
