import type { Payload } from "../kernel/job.ts";

/** Something listened to. `close()` may be called any number of times; no listener is called after it resolves. */
export interface Subscription {
  close(): Promise<void>;
}

/**
 * Live messages between the processes of an engine, of up to 1 MB: at most once, in order from one publisher to one
 * subscriber, never kept. A subscriber hears what is published after `subscribe` resolved, its own process's included.
 */
export interface Bus {
  publish(topic: string, message: Payload): Promise<void>;
  subscribe(topic: string, listener: (message: Payload) => void): Promise<Subscription>;
}
