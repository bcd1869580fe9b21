import type { Clock } from "./clock.ts";

/**
 * Gives up waiting after `timeoutMs`, so that what never answers is an error and not a hang. The work itself goes on, and
 * nobody hears how it ends.
 *
 * @throws what `late` makes.
 *
 * @example
 * await withDeadline(clock, engine.start(), 10_000, () => new EngineTimeout("The start took too long."));
 */
export function withDeadline<Value>(
  clock: Clock,
  work: Promise<Value>,
  timeoutMs: number,
  late: () => Error,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => reject(late()));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
