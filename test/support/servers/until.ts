import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 20;

/** Repeats a check until it throws no more. After the deadline, what it threw last is the cause of what is thrown. */
export async function until(what: string, check: () => Promise<void> | void, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}.`, { cause: error });
      await sleep(PAUSE_MS);
    }
  }
}
