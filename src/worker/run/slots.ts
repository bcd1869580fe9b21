import { fixedLimits } from "../../kernel/options/index.ts";

const MAX_WAITING = fixedLimits["handlers of a worker that wait for jobs without a slot"].value;

/**
 * The slots in which a worker's jobs run. Who waits for another job gives his back meanwhile, and gets one again before
 * anything new is claimed: with a single slot, a hundred parents can wait for their children, which run in it.
 */
export class Slots {
  readonly #total: number;
  readonly #onLeft: () => void;
  readonly #returning: (() => void)[] = [];
  #taken = 0;
  #reserved = 0;
  #waiting = 0;
  #keeping = 0;

  /** `onLeft`: hears that a slot was given back by one who waits. */
  constructor(total: number, onLeft: () => void) {
    this.#total = total;
    this.#onLeft = onLeft;
  }

  /** How many jobs may still be claimed. */
  get free(): number {
    return Math.max(0, this.#total - this.#taken - this.#reserved - this.#returning.length);
  }

  /** Asked for by claims under way. */
  get reserved(): number {
    return this.#reserved;
  }

  get areTaken(): boolean {
    return this.#taken >= this.#total;
  }

  reserve(amount: number): void {
    this.#reserved += amount;
  }

  /** A claim has its answer: its jobs take their slots themselves, then those who come back may be let in. */
  unreserve(amount: number): void {
    this.#reserved -= amount;
  }

  take(): void {
    this.#taken += 1;
  }

  give(): void {
    this.#taken -= 1;
    this.admit();
  }

  /** Lets in those who come back, as far as there is room. */
  admit(): void {
    while (this.#returning.length > 0 && this.#taken + this.#reserved < this.#total) {
      this.#taken += 1;
      this.#returning.shift()?.();
    }
  }

  /**
   * Gives a slot back for as long as its handler waits. False: too many wait already, and this one keeps its own. The last
   * slot is never kept: what all of them wait for may be a job that runs here.
   */
  leave(): boolean {
    if (this.#waiting >= MAX_WAITING && this.#keeping < this.#total - 1) {
      this.#keeping += 1;
      return false;
    }
    this.#waiting += 1;
    this.give();
    this.#onLeft();
    return true;
  }

  /** Resolves with a slot. */
  comeBack(): Promise<void> {
    return new Promise((resolve) => {
      this.#returning.push(resolve);
      this.admit();
    });
  }

  /** One that kept its slot waits no more. */
  endKeeping(): void {
    this.#keeping -= 1;
  }

  /** One that had left is back, or will not come back. */
  endWait(): void {
    this.#waiting -= 1;
  }
}
