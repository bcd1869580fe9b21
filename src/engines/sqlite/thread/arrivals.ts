import type { ClaimInterest } from "../../../engine/index.ts";
import type { Work } from "../work.ts";

/**
 * Ready jobs that a worker which has just become idle must be told of, because they came between its last claim and its
 * announcement. Each ready job is told of once, so no more workers are woken than there are jobs.
 */
export class Arrivals {
  readonly #work: Work;
  /** By lane, how many were ready when last looked at, and how many waiters were sent for them since. */
  readonly #told = new Map<number, { readonly ready: number; waiters: number }>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** Whether there is a ready job for this interest that nobody was sent for. Call it in an open transaction. */
  take(interest: ClaimInterest): boolean {
    for (const lane of this.#work.lanes.eligible(interest)) {
      const { ready } = lane.counters;
      const known = this.#told.get(lane.id);
      const told = known?.ready === ready ? known : { ready, waiters: 0 };
      if (told.waiters >= ready) continue;
      this.#told.set(lane.id, { ready, waiters: told.waiters + 1 });
      return true;
    }
    return false;
  }
}
