import { type Clock, sleep } from "../../kernel/clock.ts";
import { EngineTimeout } from "../../kernel/errors.ts";

/** @throws EngineTimeout (`ENGINE_TIMEOUT`) where the work has not ended by then (epoch ms); it goes on unheard. */
export async function before<Result>(clock: Clock, deadlineAt: number, work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = sleep(clock, Math.max(0, deadlineAt - clock.now()), over.signal).then(() => {
    throw tooLate();
  });
  // Nobody waits for it any more once the work has ended.
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

export function tooLate(): EngineTimeout {
  return new EngineTimeout(
    "The results store did not say in time whether a job is there that was to be pushed again: nothing was stored. Push again.",
  );
}
