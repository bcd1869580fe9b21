import type { Subscription } from "../../engine/bus.ts";
import type { Payload } from "../../kernel/job.ts";
import { copyPayload } from "./jobs/job.ts";

type Listener = (message: Payload) => void;

/** Messages between the parts of one process. */
export class Topics {
  readonly #listeners = new Map<string, Set<Listener>>();

  publish(topic: string, message: Payload): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) return;
    const kept = copyPayload(message);
    for (const listener of listeners) {
      // As from another process: after the publisher's own turn, and with a copy that it may write to.
      queueMicrotask(() => {
        if (listeners.has(listener)) listener(copyPayload(kept));
      });
    }
  }

  subscribe(topic: string, listener: Listener): Subscription {
    const entry: Listener = (message) => listener(message);
    const listeners = this.#listeners.get(topic) ?? new Set<Listener>();
    this.#listeners.set(topic, listeners.add(entry));
    return {
      close: async () => {
        listeners.delete(entry);
        if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
      },
    };
  }

  close(): void {
    for (const listeners of this.#listeners.values()) listeners.clear();
    this.#listeners.clear();
  }
}
