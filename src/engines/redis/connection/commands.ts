import type { LovageError } from "../../../kernel/errors.ts";
import { closed, connectionLost, isDemotion, isMissingScript, noAnswer, toEngineError } from "../errors.ts";
import type { History } from "../history.ts";
import type { RedisSettings } from "../options.ts";
import { type ScriptName, scriptNamed, scriptNames } from "../scripts.ts";
import { Reader } from "../wire/reader.ts";
import { Connection } from "./connection.ts";
import type { Argument, Link } from "./link.ts";

/** The default deadline of an operation that brings none of its own. */
export const REQUEST_MS = 10_000;

const LOOK_EVERY_MS = 100;
// A connection that answers nothing for so long is dead, whatever the kernel says.
const SILENCE_MS = 5_000;
const FAREWELL_MS = 1_000;

export interface CommandsOptions {
  /** Prepares each new connection, before anyone else uses it. */
  readonly onUp?: (link: Link) => Promise<void>;
  /** Is told of the marks of the store that come with replies. */
  readonly history?: History;
}

interface Pending {
  readonly link: Link;
  readonly deadlineAt: number;
  reject(error: LovageError): void;
}

/**
 * The connection on which all operations of a process go, one after the other. Each ends at its deadline at the latest;
 * those that were in flight when the connection broke fail, since nobody knows whether they took effect.
 */
export class Commands {
  readonly #settings: RedisSettings;
  readonly #connection: Connection;
  readonly #key: string;
  readonly #heedMarks: (reply: unknown) => void;
  readonly #pending = new Set<Pending>();
  readonly #idle: (() => void)[] = [];
  #sweep: NodeJS.Timeout | undefined;
  /** Since when something is asked, and nothing answered. */
  #silentSinceMs: number | undefined;

  /** `key` begins the name of every key of the namespace, and says where on a Cluster they are. */
  constructor(settings: RedisSettings, key: string, { onUp, history }: CommandsOptions) {
    this.#settings = settings;
    this.#key = key;
    this.#heedMarks = (reply) => {
      if (Buffer.isBuffer(reply)) history?.heed(new Reader(reply));
    };
    this.#connection = new Connection(settings, key, async (link) => {
      await loadScripts(link);
      await onUp?.(link);
    });
  }

  get started(): boolean {
    return this.#connection.started;
  }

  /** The present connection, where one stands. */
  get link(): Link | undefined {
    return this.#connection.link;
  }

  start(): Promise<void> {
    return this.#connection.start();
  }

  /** Lets what is under way end, for a moment. */
  async stop(): Promise<void> {
    if (this.#pending.size > 0) await this.#untilIdle();
    await this.#connection.stop();
    for (const pending of [...this.#pending]) pending.reject(closed(this.#settings.place));
  }

  /** @throws EngineClosed (`ENGINE_CLOSED`) */
  checkStarted(): void {
    if (!this.started) throw closed(this.#settings.place);
  }

  /** Runs a script on a packed request; its reply is packed as well. */
  async run(name: ScriptName, request: Buffer, deadlineAt: number = Date.now() + REQUEST_MS): Promise<Reader> {
    this.checkStarted();
    const link = this.#connection.link ?? (await this.#connection.wait(deadlineAt));
    return new Reader(await this.runOn(link, name, request, deadlineAt));
  }

  /** The same on a certain connection, which may not be open to all yet. */
  async runOn(link: Link, name: ScriptName, request: Buffer, deadlineAt: number): Promise<Buffer> {
    const { sha, text, hasMarks } = scriptNamed(name);
    const heed = hasMarks ? this.#heedMarks : undefined;
    try {
      return toBuffer(await this.#send(link, "EVALSHA", [sha, 1, this.#key, request], deadlineAt, heed));
    } catch (error) {
      if (!isMissingScript(error)) throw this.#toError(link, error);
    }
    try {
      return toBuffer(await this.#send(link, "EVAL", [text, 1, this.#key, request], deadlineAt, heed));
    } catch (error) {
      throw this.#toError(link, error);
    }
  }

  /** Sends a plain command. */
  async send(
    command: string,
    args: readonly Argument[],
    deadlineAt: number = Date.now() + REQUEST_MS,
  ): Promise<unknown> {
    this.checkStarted();
    const link = this.#connection.link ?? (await this.#connection.wait(deadlineAt));
    try {
      return await this.#send(link, command, args, deadlineAt);
    } catch (error) {
      throw this.#toError(link, error);
    }
  }

  #send(
    link: Link,
    command: string,
    args: readonly Argument[],
    deadlineAt: number,
    heed?: (reply: unknown) => void,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const pending: Pending = { link, deadlineAt, reject };
      this.#add(pending);
      link.send(command, args).then(
        (reply) => {
          this.#silentSinceMs = undefined;
          this.#remove(pending);
          // Here and not by whoever waits: at this place replies come in the order in which the server gave them.
          heed?.(reply);
          resolve(reply);
        },
        (error: unknown) => {
          this.#silentSinceMs = undefined;
          this.#remove(pending);
          reject(error);
        },
      );
    });
  }

  #add(pending: Pending): void {
    if (this.#pending.size === 0) {
      pending.link.hold();
      this.#sweep ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
      this.#sweep.ref();
    }
    this.#silentSinceMs ??= performance.now();
    this.#pending.add(pending);
  }

  #remove(pending: Pending): void {
    if (!this.#pending.delete(pending) || this.#pending.size > 0) return;
    pending.link.release();
    // Kept, and not cleared: under load it would be made anew thousands of times a second.
    this.#sweep?.unref();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #look(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
      return;
    }
    const now = Date.now();
    const [oldest] = this.#pending;
    for (const pending of [...this.#pending]) {
      if (now < pending.deadlineAt) continue;
      this.#remove(pending);
      pending.reject(noAnswer(this.#settings.place));
    }
    // Those who gave up meanwhile have had no answer either.
    const silentMs = performance.now() - (this.#silentSinceMs ?? Number.POSITIVE_INFINITY);
    if (oldest === undefined || silentMs < SILENCE_MS) return;
    this.#silentSinceMs = undefined;
    this.#connection.replace(oldest.link);
  }

  async #untilIdle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      timer = setTimeout(resolve, FAREWELL_MS);
    });
    clearTimeout(timer);
  }

  #toError(link: Link, error: unknown): LovageError {
    const { place } = this.#settings;
    if (isDemotion(error)) this.#connection.replace(link);
    if (link.ended || isConnectionError(error))
      return this.started ? connectionLost(place, link.cause ?? error) : closed(place);
    return toEngineError(error, place);
  }
}

async function loadScripts(link: Link): Promise<void> {
  const scripts = scriptNames.map(scriptNamed);
  const known = await link.send("SCRIPT", ["EXISTS", ...scripts.map(({ sha }) => sha)]);
  const missing = scripts.filter((_, index) => !Array.isArray(known) || known[index] !== 1);
  await Promise.all(missing.map(({ text }) => link.send("SCRIPT", ["LOAD", text])));
}

function toBuffer(reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw new TypeError(`A script answered ${typeof reply}, not bytes.`);
  return reply;
}

/** What the library says of commands that were in flight, or came when the connection was gone. */
function isConnectionError(error: unknown): boolean {
  return error instanceof Error && /Connection is closed|Stream isn't writeable|Command aborted/.test(error.message);
}
