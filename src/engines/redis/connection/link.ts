import { Socket } from "node:net";
import type { Redis } from "ioredis";
import { OptionsInvalid } from "../../../kernel/errors.ts";
import type { RedisSettings } from "../options.ts";
import { findOwner } from "./cluster.ts";
import { createClient, createSentinelClient, loadDriver } from "./driver.ts";

/** An argument of a command. */
export type Argument = string | number | Buffer;

/** One connection for as long as it lasts; once it has ended it is of no use any more. */
export class Link {
  readonly #client: Redis;
  #ended = false;
  /** What the connection broke of. */
  #cause: unknown;

  private constructor(client: Redis) {
    this.#client = client;
    client.on("error", (error: unknown) => {
      this.#cause = error;
    });
    client.once("end", () => {
      this.#ended = true;
    });
  }

  /** Opens a connection to the server that has the key. */
  static async open(settings: RedisSettings, key: string): Promise<Link> {
    const client = await clientFor(settings, key);
    const link = new Link(client);
    try {
      await client.connect();
      await link.#select(settings);
    } catch (error) {
      client.disconnect();
      // What the library throws says only that the connection was closed.
      throw error instanceof OptionsInvalid ? error : (link.#cause ?? error);
    }
    return link;
  }

  /** Once more by hand: the library goes on in database 0 where there is none of this number. */
  async #select({ database, place }: RedisSettings): Promise<void> {
    if (database === 0) return;
    try {
      await this.#client.select(database);
    } catch (cause) {
      if (!String(cause).includes("out of range")) throw cause;
      throw new OptionsInvalid(
        `Redis at ${place} has no database ${database}. Name another one in the URL, or raise "databases" in its configuration.`,
        { cause, details: { server: place, database } },
      );
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  get cause(): unknown {
    return this.#cause;
  }

  /** Replies are bytes, numbers, `null` or arrays of these. */
  async send(command: string, args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#client.callBuffer(command, [...args]);
    } catch (error) {
      // The library puts the whole command beside its errors, and whoever logs one would log every input.
      if (error instanceof Error) Reflect.deleteProperty(error, "command");
      throw error;
    }
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.#client.subscribe(...channels);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.#client.unsubscribe(...channels);
  }

  onMessage(listener: (channel: string, message: Buffer) => void): void {
    this.#client.on("messageBuffer", (channel: Buffer, message: Buffer) => listener(channel.toString(), message));
  }

  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#client.once("end", listener);
  }

  /** Keeps the process alive. */
  hold(): void {
    const { stream } = this.#client;
    if (stream instanceof Socket) stream.ref();
  }

  /** Lets the process end although the connection stands. */
  release(): void {
    const { stream } = this.#client;
    if (stream instanceof Socket) stream.unref();
  }

  close(): void {
    this.#client.disconnect();
  }
}

async function clientFor(settings: RedisSettings, key: string): Promise<Redis> {
  const driver = await loadDriver();
  switch (settings.kind) {
    case "standalone": {
      const [node] = settings.nodes;
      if (node === undefined) throw new RangeError("A Redis URL has no host.");
      return createClient(driver, settings, node);
    }
    case "sentinel":
      return createSentinelClient(driver, settings);
    case "cluster":
      return createClient(driver, settings, await findOwner(driver, settings, key));
  }
}
