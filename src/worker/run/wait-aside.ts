import { currentAttempt } from "./run-context.ts";

/**
 * Waits, and gives the slot of the handler that asks to others meanwhile. Outside of handlers it only waits.
 *
 * @example
 * const total = await waitAside(() => result.get());
 */
export async function waitAside<Value>(wait: () => Promise<Value>): Promise<Value> {
  const seat = currentAttempt()?.seat;
  if (seat === undefined) return wait();
  seat.leave();
  try {
    return await wait();
  } finally {
    await seat.comeBack();
  }
}
