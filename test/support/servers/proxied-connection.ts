import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One reply to be lost, and the request that it answers. */
export interface Cut {
  readonly request: Buffer;
  readonly reply: Buffer;
  /** The server has worked off what it was sent. */
  readonly done: () => void;
}

/** What a proxy may change while its connections are open. */
export interface Weather {
  delayMs: number;
  /** While this is there, nothing passes. It resolves when all may pass again. */
  silence: Promise<void> | undefined;
  /** Each is taken by the first connection that sends its request. */
  readonly cuts: Cut[];
}

/** A client and the server behind it, as the weather has it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #weather: Weather;
  #cut: Cut | undefined;

  constructor(client: Socket, server: Socket, weather: Weather) {
    this.#client = client;
    this.#server = server;
    this.#weather = weather;
  }

  /** Passes on both ways until both ends have closed. */
  async run(): Promise<void> {
    // An error ends the reading as well, or comes when nothing is left to be read: then it is the end already.
    for (const socket of [this.#client, this.#server]) socket.on("error", () => socket.destroy());
    await Promise.all([this.#passRequests(), this.#passReplies()]);
    this.#client.destroySoon();
    this.#server.destroySoon();
    this.#cut?.done();
  }

  /** Both ends see a reset. */
  reset(): void {
    reset(this.#client);
    reset(this.#server);
  }

  async #passRequests(): Promise<void> {
    let before: Buffer = Buffer.alloc(0);
    await read(this.#client, async (bytes) => {
      await this.#passage();
      this.#cut ??= takeCut(this.#weather.cuts, before, bytes);
      before = bytes;
      await write(this.#server, bytes);
    });
    // Also when the client's end was reset: an orderly end lets the server work off what it was sent.
    this.#server.end();
  }

  async #passReplies(): Promise<void> {
    let lost: Buffer = Buffer.alloc(0);
    await read(this.#server, async (bytes) => {
      await this.#passage();
      if (this.#cut === undefined) return write(this.#client, bytes);
      lost = Buffer.concat([lost, bytes]);
      if (lost.includes(this.#cut.reply)) reset(this.#client);
    });
    this.#client.end();
  }

  async #passage(): Promise<void> {
    if (this.#weather.delayMs > 0) await sleep(this.#weather.delayMs);
    while (this.#weather.silence !== undefined) await this.#weather.silence;
  }
}

function reset(socket: Socket): void {
  // Where an orderly end is under way, the system refuses a reset.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Hands over what arrives, one part after the other, until the socket ends in whatever way. */
async function read(socket: Socket, take: (bytes: Buffer) => Promise<void>): Promise<void> {
  try {
    // Left open at the end: the other direction may go on.
    for await (const bytes of socket.iterator({ destroyOnReturn: false })) await take(bytes);
  } catch (error) {
    // A reset is an end like any other. What is no error of a socket is one of ours.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.writable && !socket.write(bytes)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
}

/** The first cut whose request ends in these bytes. It may have begun in those before. */
function takeCut(cuts: Cut[], before: Buffer, bytes: Buffer): Cut | undefined {
  const index = cuts.findIndex(({ request }) => {
    const begun = Math.max(0, before.length - Math.max(0, request.length - 1));
    return Buffer.concat([before.subarray(begun), bytes]).includes(request);
  });
  return index < 0 ? undefined : cuts.splice(index, 1)[0];
}
