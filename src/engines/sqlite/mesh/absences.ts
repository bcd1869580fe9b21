/** Since when peers that are listed could not be reached, by the monotonic clock. */
export class Absences {
  readonly #limitMs: number;
  readonly #since = new Map<string, number>();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Notes that a peer cannot be reached, and says whether it has been so for the whole limit. */
  lasts(id: string, nowMs: number): boolean {
    const since = this.#since.get(id) ?? nowMs;
    this.#since.set(id, since);
    return nowMs - since >= this.#limitMs;
  }

  /** Should the peer come back, its absence begins anew. */
  end(id: string): void {
    this.#since.delete(id);
  }

  /** Forgets all others: they were reached, or are listed no more. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#since.keys()) if (!ids.has(id)) this.#since.delete(id);
  }
}
