import type { Subscription } from "../../../engine/index.ts";
import type { Payload } from "../../../kernel/job.ts";
import type { Channel } from "./channel.ts";

type Listener = (message: Payload) => void;

/** The listeners of this process by topic; the engine's thread is subscribed once for all of a topic. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Resolves when no message published from then on can be missed. */
  async add(channel: Channel, topic: string, listener: Listener): Promise<Subscription> {
    // A listener of its own, so that one function subscribed twice is two subscriptions.
    const own: Listener = (message) => listener(message);
    const listeners = this.#listeners.get(topic) ?? new Set<Listener>();
    this.#listeners.set(topic, listeners.add(own));
    const close = (): void => this.#remove(channel, topic, own);
    try {
      await channel.subscribe(topic);
    } catch (error) {
      close();
      throw error;
    }
    return { close: async () => close() };
  }

  deliver(topic: string, message: Payload): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(message);
  }

  /** Tells a new thread what the old one listened to. */
  async restore(channel: Channel): Promise<void> {
    // What cannot be restored is restored when the next thread has taken over.
    await Promise.allSettled([...this.#listeners.keys()].map((topic) => channel.subscribe(topic)));
  }

  clear(): void {
    this.#listeners.clear();
  }

  #remove(channel: Channel, topic: string, listener: Listener): void {
    const listeners = this.#listeners.get(topic);
    if (listeners?.delete(listener) !== true || listeners.size > 0) return;
    this.#listeners.delete(topic);
    channel.tell({ kind: "unsubscribe", topic });
  }
}
