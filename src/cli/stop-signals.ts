import type { Logger } from "../kernel/logger.ts";
import type { Stoppable } from "../worker/index.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Ends a worker by signals while `work` lasts: the first warm, the second cold. A third does what signals do by
 * default, should even the cold end hang.
 */
export async function withStopSignals<Value>(
  target: Stoppable,
  logger: Logger,
  work: () => Promise<Value>,
): Promise<Value> {
  let signals = 0;
  const failed = Promise.withResolvers<never>();
  const onSignal = (signal: string): void => {
    signals += 1;
    const warm = signals === 1;
    logger.log(
      "info",
      warm ? `${signal}: running jobs may finish; once more to stop at once` : `${signal}: stopping at once`,
    );
    if (!warm) release();
    // A stop that fails ends the command with its reason.
    (warm ? target.stop() : target.abort()).catch(failed.reject);
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await Promise.race([work(), failed.promise]);
  } finally {
    release();
  }
}
