import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./port.ts";
import { ProxiedConnection, type Weather } from "./proxied-connection.ts";

const defaultPorts: Readonly<Record<string, number>> = { "redis:": 6379, "postgres:": 5432, "postgresql:": 5432 };

/** A TCP proxy before a server. It passes all on until it is told to be a bad network. */
export class NetworkProxy {
  readonly port: number;
  /** The server's URL, by way of this proxy. */
  readonly url: string;
  readonly #target: URL;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #weather: Weather = { delayMs: 0, silence: undefined, cuts: [] };
  #endSilence: (() => void) | undefined;
  #listener: Server | undefined;

  constructor(target: URL, port: number) {
    const url = new URL(target);
    url.host = `127.0.0.1:${port}`;
    this.port = port;
    this.url = url.href;
    this.#target = target;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** All is well again: ends what `refuse`, `blackhole` and `delay` did, and delivers what was held back. */
  async pass(): Promise<void> {
    this.#weather.delayMs = 0;
    this.#weather.silence = undefined;
    this.#endSilence?.();
    if (this.#listener !== undefined) return;
    // Half open: one end may still read what the other sent last.
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void this.#connect(client));
    await once(this.#listener.listen(this.port, "127.0.0.1"), "listening");
  }

  /** Resets every open connection. New ones are accepted. */
  drop(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** As when the server is gone: open connections are reset, new ones are refused. */
  async refuse(): Promise<void> {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    listener.close();
    this.drop();
    await once(listener, "close");
  }

  /** As when a cable is cut: nothing passes either way, nothing is closed, and new connections are never answered. */
  blackhole(): void {
    this.#weather.silence ??= new Promise((resolve) => {
      this.#endSilence = resolve;
    });
  }

  /** Whatever passes from now on takes at least so much longer, each way. */
  delay(ms: number): void {
    this.#weather.delayMs = ms;
  }

  /**
   * Loses one reply after the server has done its work. Of the first connection that sends a request with this text,
   * everything still reaches the server, but nothing comes back any more, and once the server has answered, the client
   * sees a reset. Resolves when the server has worked off all that it was sent.
   *
   * @param options.request In the bytes of the request, such as `EVALSHA` or `COMMIT`; without it, any request.
   * @param options.reply In the bytes of the answer, where the first that come may belong to an earlier request.
   * @example
   * const lost = proxy.cutReply({ request: "COMMIT" });
   * await expect(client.query("COMMIT")).rejects.toThrow();
   * await lost; // and what was committed is there
   */
  cutReply({ request = "", reply = "" }: { request?: string; reply?: string } = {}): Promise<void> {
    return new Promise((done) => {
      this.#weather.cuts.push({ request: Buffer.from(request), reply: Buffer.from(reply), done });
    });
  }

  /** Resets what is open and listens no more. */
  async close(): Promise<void> {
    await this.refuse();
    this.#weather.silence = undefined;
    this.#endSilence?.();
  }

  async #connect(client: Socket): Promise<void> {
    const { hostname, port, protocol } = this.#target;
    const server = connect({
      host: hostname,
      port: Number(port || defaultPorts[protocol]),
      allowHalfOpen: true,
      noDelay: true,
    });
    const connection = new ProxiedConnection(client, server, this.#weather);
    this.#connections.add(connection);
    await connection.run();
    this.#connections.delete(connection);
  }
}

/** Starts a proxy on a free port before the server of this URL (`redis:` or `postgres:`, or `tcp:` with a port). */
export async function startProxy(target: string): Promise<NetworkProxy> {
  const proxy = new NetworkProxy(new URL(target), await freePort());
  await proxy.pass();
  return proxy;
}
