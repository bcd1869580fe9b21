import { createHash } from "node:crypto";
import type { Subscription } from "../../../engine/index.ts";
import type { Payload } from "../../../kernel/job.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { readPayload } from "../jobs/payload.ts";
import type { Listener } from "./listener.ts";
import type { Notification } from "./message.ts";
import { KEEP_MS } from "./presence.ts";

type Hear = (message: Payload) => void;

/** The topic of job changes. Users' topics have a prefix. */
export const CHANGES_TOPIC = "jobs";

/** What this process listens to, by topic. */
interface Topic {
  readonly name: string;
  readonly channel: string;
  readonly listeners: Set<Hear>;
  /** Makes, or ends, what the server knows of it: one step after the other. */
  step: Promise<void>;
  /** Messages are handed on in their order, also when one of them has to be fetched. */
  line: Promise<void>;
  /** Polled rows up to this one were before its time. */
  from: number;
}

export interface SubscriptionsParts {
  readonly schema: string;
  readonly process: string;
  readonly pool: Pool;
  readonly listener: Listener;
  readonly checkStarted: () => void;
}

/** Who listens in this process: a channel and a row on the server for each topic, for as long as anybody does. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts;
  readonly #topics = new Map<string, Topic>();
  readonly #byChannel = new Map<string, Topic>();

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** Resolves when no message that is published from then on can be missed. @throws EngineClosed (`ENGINE_CLOSED`) */
  async add(name: string, listener: Hear): Promise<Subscription> {
    this.#parts.checkStarted();
    const topic = this.#topics.get(name) ?? this.#create(name);
    // A listener of its own, so that one function subscribed twice is two subscriptions.
    const own: Hear = (message) => listener(message);
    topic.listeners.add(own);
    const close = (): void => this.#remove(topic, own);
    try {
      await topic.step;
    } catch (error) {
      close();
      throw error;
    }
    return { close: async () => close() };
  }

  /** Hands a message on to those who listen on a channel. */
  hear(channel: string, notification: Notification): void {
    const topic = this.#byChannel.get(channel);
    if (topic === undefined) return;
    if (notification.kind === "message") this.#deliver(topic, async () => notification.message);
    if (notification.kind === "row") this.#deliver(topic, () => this.#fetch(notification.sequence));
  }

  /** Hands on a row that was polled for. */
  hearRow(name: string, sequence: number, message: Payload): void {
    const topic = this.#topics.get(name);
    if (topic !== undefined && sequence > topic.from) this.#deliver(topic, async () => message);
  }

  /** Tells the server again what is listened to: its rows are lost when it crashes. */
  async restore(): Promise<void> {
    await Promise.all([...this.#topics.values()].map((topic) => this.#announce(topic)));
  }

  clear(): void {
    for (const { listeners } of this.#topics.values()) listeners.clear();
    this.#topics.clear();
    this.#byChannel.clear();
  }

  #create(name: string): Topic {
    const { schema, listener } = this.#parts;
    const channel = channelOf(schema, name);
    const line = Promise.resolve();
    const topic: Topic = { name, channel, listeners: new Set(), step: line, line, from: 0 };
    this.#topics.set(name, topic);
    // The channel of a topic that was just given up may be on its way out.
    const before = this.#byChannel.get(channel)?.step ?? line;
    this.#byChannel.set(channel, topic);
    topic.step = before
      .catch(() => {})
      .then(async () => {
        await listener.listen(channel);
        await this.#announce(topic);
      });
    // Whoever subscribes awaits it; nobody else hears of its failure.
    topic.step.catch(() => {});
    return topic;
  }

  async #announce(topic: Topic): Promise<void> {
    const { schema, process, pool, listener } = this.#parts;
    const polls = (await listener.ready()) === "poll";
    const values = [topic.name, process, polls, KEEP_MS];
    const { rows } = await pool.run({ text: readSql("signals/subscribe", schema), values });
    if (topic.from === 0) topic.from = Number(rows[0]?.[0]);
  }

  #remove(topic: Topic, own: Hear): void {
    if (!topic.listeners.delete(own) || topic.listeners.size > 0 || this.#topics.get(topic.name) !== topic) return;
    this.#topics.delete(topic.name);
    topic.step = topic.step.catch(() => {}).then(() => this.#withdraw(topic));
    topic.step.catch(() => {
      // The row lapses by itself, and a channel that nobody wants is no harm.
    });
  }

  async #withdraw(topic: Topic): Promise<void> {
    const { schema, process, pool, listener } = this.#parts;
    if (this.#topics.has(topic.name)) return;
    await pool.run({ text: readSql("signals/unsubscribe", schema), values: [topic.name, process] });
    await listener.unlisten(topic.channel);
    if (this.#byChannel.get(topic.channel) === topic) this.#byChannel.delete(topic.channel);
  }

  #deliver(topic: Topic, message: () => Promise<Payload | undefined>): void {
    topic.line = topic.line
      .then(message)
      .then((found) => {
        if (found === undefined) return;
        // A copy for each, which it may write to. One that throws is reported as uncaught, and takes no other along.
        for (const hear of topic.listeners) queueMicrotask(() => topic.listeners.has(hear) && hear(found));
      })
      .catch(() => {
        // A message that cannot be fetched is lost, as any message may be.
      });
  }

  async #fetch(sequence: number): Promise<Payload | undefined> {
    const { schema, pool } = this.#parts;
    const { rows } = await pool.run({ text: readSql("signals/message", schema), values: [sequence] });
    const [form, body] = rows[0] ?? [];
    return form == null ? undefined : readPayload(form, body ?? "");
  }
}

/** As the function `channel` has it. */
export function channelOf(schema: string, topic: string): string {
  return `lovage_${createHash("md5").update(`${schema}:${topic}`).digest("hex")}`;
}
