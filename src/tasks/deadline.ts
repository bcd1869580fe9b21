import type { Clock } from "../kernel/clock.ts";
import { EngineTimeout } from "../kernel/errors.ts";

/**
 * Gives up waiting after `timeoutMs`, so that an engine that does not answer is an error and not a hang.
 * @throws EngineTimeout (`ENGINE_TIMEOUT`)
 */
export function withDeadline<Value>(
  clock: Clock,
  promise: Promise<Value>,
  timeoutMs: number,
  what: string,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      reject(
        new EngineTimeout(
          `${what} got no answer within ${timeoutMs} ms. It may still take effect; repeating it with the same id is safe.`,
          { details: { timeoutMs } },
        ),
      );
    });
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
