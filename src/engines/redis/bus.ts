import type { Bus, Subscription } from "../../engine/index.ts";
import type { Payload } from "../../kernel/job.ts";
import type { Store } from "./store.ts";

// The first byte of a message says what it was.
const TEXT = 1;
const BYTES = 2;

/** Live messages, by Redis' own publish and subscribe. */
export class RedisBus implements Bus {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async publish(topic: string, message: Payload): Promise<void> {
    const { commands, keys } = this.#store;
    await commands.send("PUBLISH", [keys.bus(topic), encode(message)]);
  }

  async subscribe(topic: string, listener: (message: Payload) => void): Promise<Subscription> {
    const { commands, listener: channels, keys } = this.#store;
    commands.checkStarted();
    return channels.add(keys.bus(topic), (message) => listener(decode(message)));
  }
}

function encode(message: Payload): Buffer {
  const body = typeof message === "string" ? Buffer.from(message) : message;
  return Buffer.concat([Uint8Array.of(typeof message === "string" ? TEXT : BYTES), body]);
}

function decode(message: Buffer): Payload {
  return message[0] === TEXT ? message.toString("utf8", 1) : new Uint8Array(message.subarray(1));
}
