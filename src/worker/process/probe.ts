import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { OptionsInvalid } from "../../kernel/errors.ts";
import { type Lifecycle, LifecycleGuard } from "../../kernel/lifecycle.ts";

/** What is asked for: a worker, or a supervisor. */
export interface Probed {
  readonly ready: boolean;
  readonly live: boolean;
}

export interface ProbeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default: every address, because an orchestrator asks from outside. */
  readonly host?: string;
}

/**
 * Answers an orchestrator over HTTP: `GET /live` is 200 while the worker runs, `GET /ready` while it also takes jobs and
 * the engine answers; else 503. A process whose event loop is wedged answers nothing.
 *
 * @example
 * const probe = new Probe(worker, { port: 8080 });
 * await probe.start();
 */
export class Probe implements Lifecycle {
  readonly #probed: Probed;
  readonly #options: ProbeOptions;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  #server: Server | undefined;

  constructor(probed: Probed, options: ProbeOptions) {
    this.#probed = probed;
    this.#options = options;
  }

  /** The port it listens on; absent while it does not. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  /** @throws OptionsInvalid (`OPTIONS_INVALID`) where the port is taken or not allowed. */
  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  async #begin(): Promise<void> {
    const { port, host } = this.#options;
    // Loaded only where a probe is asked for: node:http costs a process 17 MB.
    const { createServer } = await import("node:http");
    const server = createServer((request, response) => this.#answer(request.method, request.url, response));
    try {
      server.listen(port, host);
      await once(server, "listening");
    } catch (cause) {
      throw new OptionsInvalid(
        `The probe cannot listen on port ${port}: ${cause instanceof Error ? cause.message : String(cause)}. Name another port.`,
        { cause },
      );
    }
    this.#server = server;
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #answer(method: string | undefined, url: string | undefined, response: ServerResponse): void {
    const known = this.#find(url?.split("?")[0]);
    if (known === undefined) reply(response, 404, "ask for /live or /ready");
    else if (method !== "GET" && method !== "HEAD") reply(response, 405, "ask by GET");
    else reply(response, known.yes ? 200 : 503, known.yes ? known.name : `not ${known.name}`);
  }

  #find(path: string | undefined): { readonly name: string; readonly yes: boolean } | undefined {
    if (path === "/live") return { name: "live", yes: this.#probed.live };
    if (path === "/ready") return { name: "ready", yes: this.#probed.ready };
    return undefined;
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${text}\n`);
}
