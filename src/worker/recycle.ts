/** Why a worker makes room for a fresh process. */
export type RecycleReason = "max-jobs" | "max-memory";

export interface RecycleParts {
  readonly maxJobs: number | undefined;
  readonly maxMemoryBytes: number | undefined;
  /** Called once. */
  readonly onDue: (reason: RecycleReason) => void;
}

/** Decides when a worker has done enough: after so many jobs, or when its process has grown too large. */
export class Recycle {
  readonly #parts: RecycleParts;
  #due = false;

  constructor(parts: RecycleParts) {
    this.#parts = parts;
  }

  /** How many more jobs may be started. */
  allowance(started: number): number {
    return this.#parts.maxJobs === undefined ? Number.POSITIVE_INFINITY : this.#parts.maxJobs - started;
  }

  lookAtJobs(started: number): void {
    if (this.allowance(started) <= 0) this.#decide("max-jobs");
  }

  lookAtMemory(): void {
    const { maxMemoryBytes } = this.#parts;
    if (maxMemoryBytes !== undefined && process.memoryUsage.rss() >= maxMemoryBytes) this.#decide("max-memory");
  }

  #decide(reason: RecycleReason): void {
    if (this.#due) return;
    this.#due = true;
    this.#parts.onDue(reason);
  }
}
