import type { Outcome } from "../kernel/job.ts";

/** How many attempts ended in which way, since the worker was started. */
export type OutcomeCounts = Readonly<Record<Outcome["kind"], number>>;

/** Counts attempts. */
export class Tally {
  readonly #ended: Record<Outcome["kind"], number> = {
    succeeded: 0,
    failed: 0,
    revoked: 0,
    retried: 0,
    snoozed: 0,
    released: 0,
    replaced: 0,
  };
  #started = 0;

  get started(): number {
    return this.#started;
  }

  countStart(): void {
    this.#started += 1;
  }

  countEnd(kind: Outcome["kind"]): void {
    this.#ended[kind] += 1;
  }

  outcomes(): OutcomeCounts {
    return { ...this.#ended };
  }
}
