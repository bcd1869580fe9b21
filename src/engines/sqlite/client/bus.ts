import type { Bus, Subscription } from "../../../engine/index.ts";
import type { Payload } from "../../../kernel/job.ts";
import type { Channel } from "./channel.ts";
import type { Subscriptions } from "./subscriptions.ts";

// Users' topics are told from the engine's own, which the mesh carries as well.
const BUS_PREFIX = "bus:";

/** Live messages, as the main thread reaches them. */
export class SqliteBus implements Bus {
  readonly #channel: Channel;
  readonly #subscriptions: Subscriptions;

  constructor(channel: Channel, subscriptions: Subscriptions) {
    this.#channel = channel;
    this.#subscriptions = subscriptions;
  }

  publish(topic: string, message: Payload): Promise<void> {
    return this.#channel.publish(BUS_PREFIX + topic, message);
  }

  subscribe(topic: string, listener: (message: Payload) => void): Promise<Subscription> {
    return this.#subscriptions.add(this.#channel, BUS_PREFIX + topic, listener);
  }
}
