import { randomBytes } from "node:crypto";
import { texts } from "../client/arrays.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { readPayload } from "../jobs/payload.ts";
import type { PostgresSettings } from "../options.ts";
import { Arrivals } from "./arrivals.ts";
import { Listener } from "./listener.ts";
import { KEEP_MS, RENEW_EVERY_MS } from "./presence.ts";
import { Subscriptions } from "./subscriptions.ts";

/** How often a process looks that cannot be notified. */
const POLL_EVERY_MS = 250;
// A row may become visible so long after one with a later number: its transaction took longer.
const OVERLAP_MS = 5_000;

/** What this process hears of others: it owns the listening connection, the renewals and, where needed, the polls. */
export class Signals {
  /** Names this process among those of the schema. */
  readonly process: string = randomBytes(8).toString("hex");
  readonly arrivals: Arrivals;
  readonly subscriptions: Subscriptions;
  readonly #schema: string;
  readonly #pool: Pool;
  readonly #listener: Listener;
  #timers: NodeJS.Timeout[] = [];
  #isPolling = false;
  #isRenewing = false;
  /** Polled rows up to this number are done with; those behind it that are done with are in `#seen`. */
  #behind = 0;
  readonly #seen = new Set<number>();

  constructor(settings: PostgresSettings, pool: Pool) {
    this.#schema = settings.schema;
    this.#pool = pool;
    this.#listener = new Listener(settings, pool, `lovage_${this.process}`, {
      onNotification: (channel, notification) => {
        if (notification.kind === "wake") this.arrivals.wake(notification.waiters, notification.last);
        else this.subscriptions.hear(channel, notification);
      },
      onRestored: () => this.#restore(),
    });
    const checkStarted = (): void => pool.checkOpen();
    const parts = { schema: settings.schema, process: this.process, pool, listener: this.#listener, checkStarted };
    this.arrivals = new Arrivals(parts);
    this.subscriptions = new Subscriptions(parts);
  }

  start(): void {
    this.#listener.open();
    this.#timers = [
      setInterval(() => void this.#renew(), RENEW_EVERY_MS).unref(),
      setInterval(() => void this.#poll(), POLL_EVERY_MS).unref(),
    ];
  }

  /** How this process hears of others, for those who ask after its health. @throws EngineUnavailable */
  mode(): Promise<"listen" | "poll"> {
    return this.#listener.ready();
  }

  /** The pool must still be open: it says good-bye. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const isKnown = !this.arrivals.isEmpty || this.subscriptions.topics.length > 0;
    this.subscriptions.clear();
    const values = [this.process];
    // Where it fails, the rows lapse by themselves.
    if (isKnown) await this.#pool.run({ text: readSql("signals/leave", this.#schema), values }, soon()).catch(() => {});
    this.arrivals.endAll();
    await this.#listener.close();
  }

  #restore(): void {
    void this.arrivals.wakeAll();
    // What cannot be restored now is restored by the next renewal.
    this.subscriptions.restore().catch(() => {});
  }

  /** Keeps the rows of this process, and finds what was lost: a hint whose notification never came, or a dead connection. */
  async #renew(): Promise<void> {
    if (this.#isRenewing || (this.arrivals.isEmpty && this.subscriptions.topics.length === 0)) return;
    this.#isRenewing = true;
    try {
      await this.#listener.check();
      await this.#wakeThoseTold("signals/renew", [this.process, KEEP_MS]);
      await this.subscriptions.restore();
      await this.#pool.run({ text: readSql("signals/sweep", this.#schema) });
    } catch {
      // An outage: whoever uses the engine is told of it, and the next renewal tries again.
    } finally {
      this.#isRenewing = false;
    }
  }

  async #poll(): Promise<void> {
    const topics = this.subscriptions.topics;
    if (this.#isPolling || (topics.length === 0 && this.arrivals.isEmpty)) return;
    this.#isPolling = true;
    try {
      if ((await this.#listener.ready()) === "listen") return;
      if (!this.arrivals.isEmpty) await this.#wakeThoseTold("signals/waiters", [this.process]);
      if (topics.length > 0) await this.#pollMessages(topics);
    } catch {
      // As above.
    } finally {
      this.#isPolling = false;
    }
  }

  /** Wakes those whose row is gone. `name` is a statement that answers with the rows of this process. */
  async #wakeThoseTold(name: string, values: readonly unknown[]): Promise<void> {
    const registered = this.arrivals.registered;
    const { rows } = await this.#pool.run({ text: readSql(name, this.#schema), values });
    const left = new Set(rows.map(([waiter]) => Number(waiter)));
    this.arrivals.wake(
      registered.filter((waiter) => !left.has(waiter)),
      0,
    );
  }

  async #pollMessages(topics: readonly string[]): Promise<void> {
    const { rows } = await this.#pool.run({
      text: readSql("signals/messages", this.#schema),
      values: [this.#behind, texts(topics), OVERLAP_MS],
    });
    for (const [number, topic, form, body, isOld] of rows) {
      const sequence = Number(number);
      if (!this.#seen.has(sequence))
        this.subscriptions.hearRow(String(topic), sequence, readPayload(form ?? null, body ?? "") ?? "");
      this.#seen.add(sequence);
      if (isOld === "t") this.#behind = sequence;
    }
    for (const sequence of this.#seen) if (sequence <= this.#behind) this.#seen.delete(sequence);
  }
}

function soon(): number {
  return Date.now() + 1_000;
}
