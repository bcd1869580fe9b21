import type { Crew } from "./crew.ts";
import { type Grace, within } from "./grace.ts";
import { releaseConsole } from "./run/console.ts";
import { dismiss } from "./startup.ts";

// Enough for a store that is busy; one that is away is not waited for.
const FLUSH_LIMIT_MS = 3_000;
const DISMISSAL_LIMIT_MS = 5_000;

/**
 * Ends a worker's work: claims nothing more, lets running handlers finish for as long as the grace lasts, gives the
 * rest back at once, has everything settled, and says good-bye. Bounded also while the engine is away.
 */
export async function shutDown(crew: Crew, grace: Grace): Promise<void> {
  const { clock, claimer, executor, progress, pulse } = crew;
  claimer.close();
  await Promise.race([claimer.quiet(), grace.expired]);
  grace.close();
  executor.releaseAll();
  await within(clock, claimer.quiet(), FLUSH_LIMIT_MS);
  claimer.stop();
  progress.stop();
  sayWhatIsLeft(crew);
  pulse.stop();
  releaseConsole();
  await within(clock, dismiss(crew), DISMISSAL_LIMIT_MS);
}

function sayWhatIsLeft({ logger, exchange, executor }: Crew): void {
  if (exchange.unsettled.size > 0)
    logger.log("error", "the engine did not take the outcome of some jobs before the shutdown: they will run again", {
      jobs: exchange.unsettled.size,
    });
  if (executor.leftRunning > 0)
    logger.log("warn", "handlers that did not end in time are left running; their jobs were given back", {
      handlers: executor.leftRunning,
    });
}
