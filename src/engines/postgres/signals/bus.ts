import type { Bus, Subscription } from "../../../engine/index.ts";
import type { Payload } from "../../../kernel/job.ts";
import { TurnBatch } from "../../../kernel/turn-batch.ts";
import { payloads, smallIntegers, texts } from "../client/arrays.ts";
import type { Pool } from "../client/pool.ts";
import { checkText, type Form, formOf } from "../jobs/payload.ts";
import { toInline } from "./message.ts";
import type { Subscriptions } from "./subscriptions.ts";

interface Outgoing {
  readonly topic: string;
  readonly message: Payload;
  readonly form: Form;
  readonly inline: string | undefined;
}

// Users' topics are told from the engine's own.
const PREFIX = "bus:";
const MAX_BATCH = 1_000;

export interface BusParts {
  readonly schema: string;
  readonly process: string;
  readonly pool: Pool;
  readonly subscriptions: Subscriptions;
}

/** Live messages. Those of one turn travel together, one batch after the other, so that their order is kept. */
export class PostgresBus implements Bus {
  readonly #parts: BusParts;
  readonly #batch: TurnBatch<Outgoing, undefined>;
  #line: Promise<unknown> = Promise.resolve();
  #lastTag = 0;

  constructor(parts: BusParts) {
    this.#parts = parts;
    this.#batch = new TurnBatch((messages) => this.#sendInTurn(messages), MAX_BATCH);
  }

  async publish(topic: string, message: Payload): Promise<void> {
    const form = formOf(message, "message", topic);
    this.#lastTag += 1;
    // Two equal notifications of one transaction would be one, so each has a tag.
    const inline = toInline(message, form, `${this.#parts.process}${this.#lastTag}`);
    const copy = typeof message === "string" ? message : new Uint8Array(message);
    await this.#batch.add({ topic: PREFIX + checkText(topic, "The topic"), message: copy, form, inline });
  }

  subscribe(topic: string, listener: (message: Payload) => void): Promise<Subscription> {
    // Bytes are copied, as they are on their way from another process: a listener may write to its own.
    return this.#parts.subscriptions.add(PREFIX + topic, (message) =>
      listener(typeof message === "string" ? message : new Uint8Array(message)),
    );
  }

  async #sendInTurn(messages: readonly Outgoing[]): Promise<readonly undefined[]> {
    const sending = this.#line.then(() => this.#send(messages));
    // A batch that failed was told to those who sent it; the next one goes its own way.
    this.#line = sending.catch(() => {});
    await sending;
    return messages.map(() => undefined);
  }

  async #send(messages: readonly Outgoing[]): Promise<void> {
    const { schema, pool } = this.#parts;
    await pool.run({
      text: `SELECT ${schema}.publish($1, $2, $3, $4)`,
      values: [
        texts(messages.map(({ topic }) => topic)),
        texts(messages.map(({ inline }) => inline)),
        smallIntegers(messages.map(({ form }) => form)),
        payloads(messages.map(({ message }) => message)),
      ],
    });
  }
}
