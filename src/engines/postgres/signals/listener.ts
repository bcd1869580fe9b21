import type { Timer } from "../../../kernel/clock.ts";
import { systemClock } from "../../../kernel/clock.ts";
import { Connection } from "../client/connection.ts";
import type { Pool } from "../client/pool.ts";
import type { PostgresSettings } from "../options.ts";
import { type Notification, PROBE, readNotification } from "./message.ts";

/** How this process hears of others: it is notified, or it has to look. */
export type HearingMode = "listen" | "poll";

export interface ListenerEvents {
  readonly onNotification: (channel: string, notification: Notification) => void;
  /** Notifications may have been lost: the connection was, and is there again. */
  readonly onRestored: () => void;
}

// A notification takes a millisecond; behind a pooler in transaction mode it never comes.
const PROBE_MS = 1_000;
const STATEMENT_MS = 5_000;
const RETRY_MS = { first: 50, last: 2_000 };

/**
 * The one connection of this process that listens, opened when somebody first waits. It is opened again when it is lost,
 * and never keeps the process alive.
 */
export class Listener {
  /** The channel of this process alone. */
  readonly ownChannel: string;
  readonly #settings: PostgresSettings;
  readonly #pool: Pool;
  readonly #events: ListenerEvents;
  readonly #channels = new Set<string>();
  #connection: Connection | undefined;
  #opening: Promise<HearingMode> | undefined;
  #mode: HearingMode | undefined;
  #onProbe: (() => void) | undefined;
  #retry: Timer | undefined;
  #closed = true;

  constructor(settings: PostgresSettings, pool: Pool, ownChannel: string, events: ListenerEvents) {
    this.#settings = settings;
    this.#pool = pool;
    this.ownChannel = ownChannel;
    this.#events = events;
  }

  open(): void {
    this.#closed = false;
  }

  /** Connects where it is not connected yet. @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) */
  ready(): Promise<HearingMode> {
    if (this.#mode !== undefined) return Promise.resolve(this.#mode);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Resolves when what is notified from now on is heard. */
  async listen(channel: string): Promise<void> {
    this.#channels.add(channel);
    if ((await this.ready()) === "listen") await this.#ask(`LISTEN ${channel}`);
  }

  async unlisten(channel: string): Promise<void> {
    this.#channels.delete(channel);
    if (this.#connection !== undefined) await this.#ask(`UNLISTEN ${channel}`);
  }

  /** Finds out whether the connection is still there; one that hangs is given up and replaced. */
  async check(): Promise<void> {
    if (this.#connection !== undefined) await this.#ask("SELECT 1");
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#opening?.catch(() => {
      // Told to whoever asked for it.
    });
    const connection = this.#connection;
    this.#connection = undefined;
    this.#mode = undefined;
    this.#channels.clear();
    await connection?.close();
  }

  async #connect(): Promise<HearingMode> {
    const { listenUrl, place } = this.#settings;
    if (listenUrl === undefined) {
      this.#mode = "poll";
      return "poll";
    }
    const connection = await Connection.open(listenUrl, place);
    connection.onNotification((channel, payload) => this.#hear(channel, payload));
    try {
      const channels = [this.ownChannel, ...this.#channels];
      await connection.ask({ text: channels.map((channel) => `LISTEN ${channel}`).join(";") }, deadline());
      this.#mode = (await this.#isHeard()) ? "listen" : "poll";
    } catch (error) {
      connection.destroy();
      throw error;
    }
    if (this.#mode === "poll") {
      await connection.close();
      return "poll";
    }
    this.#connection = connection;
    void connection.ended.then(() => this.#lose(connection));
    return "listen";
  }

  /** Whether a notification of another connection comes through: a pooler may stand in between. */
  async #isHeard(): Promise<boolean> {
    let timer: Timer | undefined;
    const heard = new Promise<boolean>((resolve) => {
      this.#onProbe = () => resolve(true);
      timer = systemClock.setTimer(PROBE_MS, () => resolve(false));
    });
    try {
      await this.#pool.run({ text: "SELECT pg_notify($1, $2)", values: [this.ownChannel, PROBE] });
      return await heard;
    } finally {
      timer?.cancel();
      this.#onProbe = undefined;
    }
  }

  #hear(channel: string, payload: string): void {
    const notification = readNotification(payload);
    if (notification?.kind === "probe") this.#onProbe?.();
    else if (notification !== undefined && !this.#closed) this.#events.onNotification(channel, notification);
  }

  async #ask(text: string): Promise<void> {
    await this.#connection?.ask({ text }, deadline());
  }

  #lose(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#mode = undefined;
    this.#restore(RETRY_MS.first);
  }

  #restore(delayMs: number): void {
    if (this.#closed) return;
    this.#retry = systemClock.setTimer(
      delayMs,
      () => {
        this.ready().then(
          () => this.#events.onRestored(),
          () => this.#restore(Math.min(RETRY_MS.last, delayMs * 2)),
        );
      },
      { background: true },
    );
  }
}

function deadline(): number {
  return Date.now() + STATEMENT_MS;
}
