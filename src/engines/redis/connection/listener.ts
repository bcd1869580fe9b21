import type { Subscription } from "../../../engine/index.ts";
import { connectionLost, noAnswer, toEngineError } from "../errors.ts";
import type { RedisSettings } from "../options.ts";
import { REQUEST_MS } from "./commands.ts";
import { Connection } from "./connection.ts";
import type { Link } from "./link.ts";

type Hear = (message: Buffer) => void;

interface Channel {
  readonly listeners: Set<Hear>;
  /** Resolves when the server has taken the subscription. */
  subscribed: Promise<void>;
}

// A connection that only listens would never notice that it is dead.
const PING_EVERY_MS = 2_000;
const PING_LIMIT_MS = 3_000;

/** The connection on which a process hears: one for all its channels, which are subscribed anew where it broke. */
export class Listener {
  readonly #settings: RedisSettings;
  readonly #connection: Connection;
  readonly #channels = new Map<string, Channel>();
  #pinging: NodeJS.Timeout | undefined;

  constructor(settings: RedisSettings, key: string) {
    this.#settings = settings;
    this.#connection = new Connection(settings, key, (link) => this.#takeUp(link));
  }

  async start(): Promise<void> {
    await this.#connection.start();
    this.#pinging ??= setInterval(() => void this.#ping(), PING_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#pinging);
    this.#pinging = undefined;
    this.#channels.clear();
    await this.#connection.stop();
  }

  /** Resolves when no message published from then on can be missed, as long as the connection stands. */
  async add(name: string, hear: Hear): Promise<Subscription> {
    // A function of its own each time: the same listener may listen twice, and each ends for itself.
    const own: Hear = (message) => hear(message);
    const channel = this.#channels.get(name) ?? this.#open(name);
    channel.listeners.add(own);
    const close = (): void => this.#remove(name, channel, own);
    try {
      await channel.subscribed;
    } catch (error) {
      close();
      throw error;
    }
    return { close: async () => close() };
  }

  #open(name: string): Channel {
    const channel: Channel = { listeners: new Set(), subscribed: this.#subscribe(name) };
    this.#channels.set(name, channel);
    return channel;
  }

  async #subscribe(name: string): Promise<void> {
    const deadlineAt = Date.now() + REQUEST_MS;
    const link = this.#connection.link ?? (await this.#connection.wait(deadlineAt));
    link.hold();
    try {
      await within(link.subscribe([name]), REQUEST_MS, () => noAnswer(this.#settings.place));
    } catch (error) {
      throw link.ended ? connectionLost(this.#settings.place, error) : toEngineError(error, this.#settings.place);
    } finally {
      link.release();
    }
  }

  #remove(name: string, channel: Channel, own: Hear): void {
    if (!channel.listeners.delete(own) || channel.listeners.size > 0 || this.#channels.get(name) !== channel) return;
    this.#channels.delete(name);
    // A connection that breaks has unsubscribed as well.
    this.#connection.link?.unsubscribe([name]).catch(() => {});
  }

  async #takeUp(link: Link): Promise<void> {
    link.onMessage((name, message) => {
      for (const hear of this.#channels.get(name)?.listeners ?? []) hear(message);
    });
    const names = [...this.#channels.keys()];
    if (names.length > 0) await within(link.subscribe(names), REQUEST_MS, () => noAnswer(this.#settings.place));
  }

  async #ping(): Promise<void> {
    const { link } = this.#connection;
    if (link === undefined) return;
    try {
      await within(link.send("PING", []), PING_LIMIT_MS, () => noAnswer(this.#settings.place));
    } catch {
      // Whatever the reason, this connection is not to be relied on.
      this.#connection.replace(link);
    }
  }
}

async function within<Value>(promise: Promise<Value>, limitMs: number, toError: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(toError()), limitMs).unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
