/** One claimed job in so many is the oldest, whatever its priority, so that nothing starves. */
const OLDEST_EVERY = 20;

/** What decides a claimed job's place. */
export interface Placed {
  readonly priority: number;
  readonly sequence: number;
}

/**
 * Counts the jobs that this process was given, and puts those of a claim in their order: by priority and push order, with
 * the oldest of all at every twentieth place.
 */
export class ClaimOrder {
  #handedOut = 0;

  /** How many of a claim are to be the oldest, whatever their priority. */
  oldestAmong(wanted: number): number {
    return Math.floor((this.#handedOut + wanted) / OLDEST_EVERY) - Math.floor(this.#handedOut / OLDEST_EVERY);
  }

  arrange<Job extends Placed>(jobs: readonly Job[]): readonly Job[] {
    const byPriority = jobs.toSorted((one, other) => other.priority - one.priority || one.sequence - other.sequence);
    const byAge = jobs.toSorted((one, other) => one.sequence - other.sequence);
    const taken = new Set<Job>();
    const next = (list: readonly Job[], from: number): number => {
      let index = from;
      for (let job = list[index]; job !== undefined && taken.has(job); job = list[index]) index += 1;
      return index;
    };
    for (let [high, old] = [0, 0]; taken.size < jobs.length; ) {
      this.#handedOut += 1;
      const isOldestsTurn = this.#handedOut % OLDEST_EVERY === 0;
      if (isOldestsTurn) old = next(byAge, old);
      else high = next(byPriority, high);
      const job = isOldestsTurn ? byAge[old] : byPriority[high];
      if (job !== undefined) taken.add(job);
    }
    return [...taken];
  }
}
