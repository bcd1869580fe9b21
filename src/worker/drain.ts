import { sleep } from "../kernel/clock.ts";
import type { Crew } from "./crew.ts";
import { combineOutcomes, type OutcomeCounts } from "./tally.ts";

/** What a drain did. */
export interface DrainReport {
  /** False: the time ran out, or the worker was stopped, before everything had run. */
  readonly complete: boolean;
  /** Attempts of this drain, by how they ended. */
  readonly outcomes: OutcomeCounts;
}

/** Waits until nothing that this worker may take is ready or running, nor becomes due without delay. */
export async function drain(crew: Crew, timeoutMs: number | undefined): Promise<DrainReport> {
  const before = crew.tally.outcomes();
  const over = new AbortController();
  const done = untilNothingIsLeft(crew, over.signal);
  try {
    const complete = await (timeoutMs === undefined
      ? done
      : Promise.race([done, sleep(crew.clock, timeoutMs, over.signal).then(() => false)]));
    return { complete, outcomes: combineOutcomes(crew.tally.outcomes(), before, (after, earlier) => after - earlier) };
  } finally {
    over.abort();
  }
}

async function untilNothingIsLeft({ claimer, upkeep }: Crew, signal: AbortSignal): Promise<boolean> {
  do await claimer.quiet();
  while (!signal.aborted && !claimer.closed && (await upkeep.makeReadyNow()));
  return !claimer.closed;
}
