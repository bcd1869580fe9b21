import type { Logger } from "../kernel/logger.ts";
import type { Stoppable } from "../worker/index.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * A signal so soon after the last one is the same wish. npm forwards a signal that its child got with the group as
 * well, and process managers do the like; a person who presses again waits for an effect first.
 */
export const REPEAT_WINDOW_MS = 500;

/**
 * Ends a worker by signals while `work` lasts: the first warm, the second cold. A third does what signals do by
 * default, should even the cold end hang. One within 500 ms of the last that counted is not counted.
 */
export async function withStopSignals<Value>(
  target: Stoppable,
  logger: Logger,
  work: () => Promise<Value>,
): Promise<Value> {
  let signals = 0;
  let countedAtMs = Number.NEGATIVE_INFINITY;
  let letGo: NodeJS.Timeout | undefined;
  const failed = Promise.withResolvers<never>();
  const onSignal = (signal: string): void => {
    const nowMs = performance.now();
    if (nowMs - countedAtMs < REPEAT_WINDOW_MS) return;
    countedAtMs = nowMs;
    signals += 1;
    const warm = signals === 1;
    logger.log(
      "info",
      warm ? `${signal}: running jobs may finish; once more to stop at once` : `${signal}: stopping at once`,
    );
    if (!warm) letGo = setTimeout(release, REPEAT_WINDOW_MS).unref();
    // A stop that fails ends the command with its reason.
    (warm ? target.stop() : target.abort()).catch(failed.reject);
  };
  const release = (): void => {
    clearTimeout(letGo);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await Promise.race([work(), failed.promise]);
  } finally {
    release();
  }
}
