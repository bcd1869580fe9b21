import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 10;

/** Waits until the question has an answer, and gives it; `false` and `undefined` are none. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  patienceMs: number = 20_000,
): Promise<Answer> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < patienceMs) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(POLL_MS);
  }
  throw new Error(`In ${patienceMs} ms it never came about that ${what}.`);
}
