import type { Crew } from "./crew.ts";
import { within } from "./grace.ts";
import { captureConsole } from "./run/console.ts";

// A call that the engine does not answer must not keep the lease from being given back.
const CALLS_LIMIT_MS = 2_000;

/** Brings a crew to work: first what keeps its jobs safe, last what claims them. What was begun is undone if it fails. */
export async function startUp(crew: Crew): Promise<void> {
  try {
    await crew.lease.start();
    await crew.renewal?.start();
    await crew.hints.start();
    await crew.upkeep.start();
  } catch (error) {
    await dismiss(crew);
    throw error;
  }
  captureConsole();
  crew.pulse.start();
  crew.claimer.start();
}

/** Ends what a crew owns besides its jobs. Its lease goes last: until then, nobody else may touch what it holds. */
export async function dismiss(crew: Crew): Promise<void> {
  const listening = Promise.all([crew.upkeep.stop(), crew.hints.stop()]);
  await within(crew.clock, listening, CALLS_LIMIT_MS);
  await crew.renewal?.stop();
  await crew.lease.stop();
}
