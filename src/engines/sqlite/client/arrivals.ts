import type { ClaimInterest } from "../../../engine/index.ts";
import type { Channel } from "./channel.ts";

/** The workers of this process that wait for a hint. */
export class Arrivals {
  readonly #waiters = new Map<number, () => void>();
  #lastWaiter = 0;

  /** Resolves at a hint, when `signal` aborts, or when the engine ends. @throws EngineClosed (`ENGINE_CLOSED`) */
  async wait(channel: Channel, { queues, tasks }: ClaimInterest, signal: AbortSignal): Promise<void> {
    channel.checkStarted();
    if (signal.aborted) return;
    this.#lastWaiter += 1;
    const waiter = this.#lastWaiter;
    await new Promise<void>((resolve) => {
      const onAbort = (): void => {
        channel.tell({ kind: "unwait", waiter });
        this.wake([waiter]);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.set(waiter, () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
      channel.tell({ kind: "wait", waiter, interest: { queues, tasks } });
    });
  }

  wake(waiters: Iterable<number>): void {
    for (const waiter of waiters) {
      const resolve = this.#waiters.get(waiter);
      this.#waiters.delete(waiter);
      resolve?.();
    }
  }

  wakeAll(): void {
    this.wake([...this.#waiters.keys()]);
  }
}
