import type { Outcome } from "../kernel/job.ts";

/** How many attempts ended in which way, since the worker was started. */
export type OutcomeCounts = Readonly<Record<Outcome["kind"], number>>;

export const noOutcomes: OutcomeCounts = {
  succeeded: 0,
  failed: 0,
  revoked: 0,
  retried: 0,
  snoozed: 0,
  released: 0,
  replaced: 0,
};

/** Two counts, each number of one combined with that of the other. */
export function combineOutcomes(
  one: OutcomeCounts,
  other: OutcomeCounts,
  combine: (one: number, other: number) => number,
): OutcomeCounts {
  const at = (kind: Outcome["kind"]): number => combine(one[kind], other[kind]);
  return {
    succeeded: at("succeeded"),
    failed: at("failed"),
    revoked: at("revoked"),
    retried: at("retried"),
    snoozed: at("snoozed"),
    released: at("released"),
    replaced: at("replaced"),
  };
}

/** Counts attempts. */
export class Tally {
  readonly #ended: Record<Outcome["kind"], number> = { ...noOutcomes };
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
