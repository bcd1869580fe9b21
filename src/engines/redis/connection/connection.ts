import { type Clock, systemClock } from "../../../kernel/clock.ts";
import { type Lifecycle, LifecycleGuard } from "../../../kernel/lifecycle.ts";
import { closed, toConnectError, unreachable } from "../errors.ts";
import type { RedisSettings } from "../options.ts";
import { Link } from "./link.ts";

// A restarted server is found within half a second, and one that is away is not flooded.
const FIRST_RETRY_MS = 25;
const LAST_RETRY_MS = 500;

interface Waiter {
  resolve(link: Link): void;
  reject(error: Error): void;
}

/**
 * Keeps a connection to the server: where one breaks, another is made, again and again until `stop()`. Those who need it
 * meanwhile wait, each to its own deadline.
 */
export class Connection implements Lifecycle {
  readonly #settings: RedisSettings;
  readonly #key: string;
  readonly #onUp: (link: Link) => Promise<void>;
  readonly #clock: Clock = systemClock;
  readonly #guard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  readonly #waiters = new Set<Waiter>();
  #link: Link | undefined;
  #stopping = new AbortController();
  #reconnecting: Promise<void> = Promise.resolve();
  /** Why there is no connection at present. */
  #cause: unknown;

  /** To the server that has `key`. `onUp` prepares each new connection, before anyone else uses it. */
  constructor(settings: RedisSettings, key: string, onUp: (link: Link) => Promise<void>) {
    this.#settings = settings;
    this.#key = key;
    this.#onUp = onUp;
  }

  get started(): boolean {
    return this.#guard.started;
  }

  /** The connection, where one stands. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** @throws EngineUnavailable (`ENGINE_UNAVAILABLE`), EngineUnknown (`ENGINE_UNKNOWN`) */
  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /** Waits for a connection. @throws EngineUnavailable (`ENGINE_UNAVAILABLE`), EngineClosed (`ENGINE_CLOSED`) */
  wait(deadlineAt: number): Promise<Link> {
    if (this.#link !== undefined) return Promise.resolve(this.#link);
    if (!this.started) return Promise.reject(closed(this.#settings.place));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        timer.cancel();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (link) => {
          leave();
          resolve(link);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const timer = this.#clock.setTimer(Math.max(0, deadlineAt - Date.now()), () =>
        waiter.reject(unreachable(this.#settings.place, this.#cause)),
      );
      this.#waiters.add(waiter);
    });
  }

  /** Gives up the present connection, which does not answer as it should; another one is made. */
  replace(link: Link): void {
    if (this.#link === link) link.close();
  }

  async #begin(): Promise<void> {
    this.#stopping = new AbortController();
    await this.#connect();
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    const link = this.#link;
    this.#link = undefined;
    link?.close();
    for (const waiter of [...this.#waiters]) waiter.reject(closed(this.#settings.place));
    await this.#reconnecting;
  }

  async #connect(): Promise<void> {
    try {
      const link = await Link.open(this.#settings, this.#key);
      await this.#prepare(link);
      if (link.ended || this.#stopping.signal.aborted) throw link.cause ?? closed(this.#settings.place);
      link.release();
      this.#link = link;
      this.#cause = undefined;
      link.onEnd(() => this.#lose(link));
      for (const waiter of [...this.#waiters]) waiter.resolve(link);
    } catch (error) {
      this.#cause = error;
      throw toConnectError(error, this.#settings.place);
    }
  }

  async #prepare(link: Link): Promise<void> {
    try {
      await this.#onUp(link);
    } catch (error) {
      link.close();
      throw error;
    }
  }

  #lose(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#cause = link.cause;
    if (!this.#stopping.signal.aborted) this.#reconnecting = this.#reconnect(this.#stopping.signal);
  }

  async #reconnect(signal: AbortSignal): Promise<void> {
    for (let delayMs = 0; !signal.aborted; delayMs = Math.min(Math.max(FIRST_RETRY_MS, delayMs * 2), LAST_RETRY_MS)) {
      await this.#rest(delayMs, signal);
      try {
        if (!signal.aborted) return await this.#connect();
      } catch {
        // Kept as the cause, and told to those who wait when their time is up.
      }
    }
  }

  /** A process that needs nothing more may end meanwhile: those who wait for the connection have timers of their own. */
  async #rest(delayMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(delayMs, finish, { background: true });
      function finish(): void {
        timer.cancel();
        signal.removeEventListener("abort", finish);
        resolve();
      }
      signal.addEventListener("abort", finish, { once: true });
    });
  }
}
