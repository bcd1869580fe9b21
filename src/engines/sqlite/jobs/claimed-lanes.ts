// Far more than a process runs at once: what is older was settled or rescued by another.
const MAX_REMEMBERED = 100_000;

/** The lanes of the jobs that this process has claimed, so that a settlement need not read its job first. */
export class ClaimedLanes {
  readonly #lanes = new Map<number, number>();

  remember(sequence: number, lane: number): void {
    this.#lanes.set(sequence, lane);
    if (this.#lanes.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#lanes.keys()) {
      this.#lanes.delete(oldest);
      return;
    }
  }

  /** Returns the lane and forgets it. A hint: the job may have been removed and its sequence used again. */
  take(sequence: number): number | undefined {
    const lane = this.#lanes.get(sequence);
    this.#lanes.delete(sequence);
    return lane;
  }
}
