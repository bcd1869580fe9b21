import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Behaviour, CatalogueFeed } from "./catalogue.ts";

const PIECES = 24;

/** Serves the feeds of a catalogue on a free port of this machine, each in its own way. */
export class FeedServer {
  readonly #feeds: ReadonlyMap<string, CatalogueFeed>;
  readonly #refusals = new Map<string, number>();
  readonly #server: Server;

  constructor(feeds: readonly CatalogueFeed[]) {
    this.#feeds = new Map(feeds.map((feed) => [`/${feed.slug}.xml`, feed]));
    this.#server = createServer((request, response) => {
      const feed = this.#feeds.get(request.url ?? "");
      if (feed === undefined) return void response.writeHead(404).end();
      // Whoever hangs up in the middle is no concern of the server's.
      this.#answer(feed, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  /** Hangs up on everybody, those included who never got an answer. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** The address of a feed; known once started. */
  address(slug: string): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/${slug}.xml`;
  }

  async #answer({ slug, behaviour }: CatalogueFeed, response: ServerResponse): Promise<void> {
    switch (behaviour.kind) {
      case "prompt":
        return send(response, readFeed(slug));
      case "slow":
        await wait(behaviour.delayMs);
        return send(response, readFeed(slug));
      case "trickling":
        return trickle(response, readFeed(slug), behaviour.durationMs);
      case "unavailable":
        return this.#isRefused(slug, behaviour) ? refuse(response, behaviour) : send(response, readFeed(slug));
      case "gone":
        return void response.writeHead(404).end();
      case "silent":
        return;
      case "changing":
        return send(response, withReading(readFeed(slug)));
    }
  }

  #isRefused(slug: string, { times }: { readonly times: number }): boolean {
    const refusals = this.#refusals.get(slug) ?? 0;
    this.#refusals.set(slug, refusals + 1);
    return refusals < times;
  }
}

function readFeed(slug: string): Buffer {
  return readFileSync(new URL(`data/${slug}.xml`, import.meta.url));
}

function send(response: ServerResponse, page: Buffer): void {
  response.writeHead(200, { "content-type": "application/xml" }).end(page);
}

async function trickle(response: ServerResponse, page: Buffer, durationMs: number): Promise<void> {
  response.writeHead(200, { "content-type": "application/xml" });
  const pieceBytes = Math.ceil(page.length / PIECES);
  for (let start = 0; start < page.length && !response.destroyed; start += pieceBytes) {
    response.write(page.subarray(start, start + pieceBytes));
    await wait(durationMs / PIECES);
  }
  response.end();
}

function refuse(response: ServerResponse, behaviour: Behaviour & { readonly kind: "unavailable" }): void {
  const { retryAfterSeconds } = behaviour;
  response.writeHead(503, retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }).end();
}

/** Puts a reading of this moment into every entry, as a gauge would. */
function withReading(page: Buffer): Buffer {
  const metres = (2 + Math.sin(Date.now() / 3_600_000)).toFixed(4);
  return Buffer.from(
    page.toString().replaceAll("<summary>", `<summary>Level ${metres} m at ${new Date().toISOString()}. `),
  );
}
