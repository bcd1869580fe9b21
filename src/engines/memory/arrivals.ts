import type { ClaimInterest } from "../../engine/jobs.ts";
import type { EngineClosed } from "../../kernel/errors.ts";
import type { Lane } from "./jobs/lane.ts";
import type { Lanes } from "./jobs/lanes.ts";

interface Waiter {
  readonly interest: ClaimInterest;
  wake(): void;
  fail(error: EngineClosed): void;
}

/**
 * The workers that wait for jobs. A lane counts the ready jobs that nobody was told of, so a job that arrives while a
 * worker is between its claim and its wait is not missed, and no job wakes two workers.
 */
export class Arrivals {
  readonly #lanes: Lanes;
  // In order of arrival: the one that waits longest is woken first.
  readonly #waiters = new Set<Waiter>();

  constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  wait(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#takeAnnouncement(interest)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", waiter.wake);
      };
      const waiter: Waiter = {
        interest,
        wake: () => {
          leave();
          resolve();
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", waiter.wake);
    });
  }

  /** Tells waiting workers of the lane's jobs, one worker a job. */
  announce(lane: Lane): void {
    for (const waiter of this.#waiters) {
      if (lane.unannounced === 0) return;
      if (!waiter.interest.tasks.includes(lane.task) || !this.#lanes.isEligible(lane, waiter.interest.queues)) continue;
      lane.unannounced -= 1;
      waiter.wake();
    }
  }

  /** Fails every wait. */
  close(error: EngineClosed): void {
    for (const waiter of this.#waiters) waiter.fail(error);
  }

  #takeAnnouncement(interest: ClaimInterest): boolean {
    const lane = this.#lanes.eligible(interest).find(({ unannounced }) => unannounced > 0);
    if (lane === undefined) return false;
    lane.unannounced -= 1;
    return true;
  }
}
