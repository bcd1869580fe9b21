import type {
  ClaimInterest,
  ExchangeReply,
  ExchangeRequest,
  Jobs,
  ProgressUpdate,
  PushReply,
  PushRequest,
  Subscription,
} from "../../../engine/index.ts";
import type { JobChange } from "../../../kernel/job.ts";
import { decodeExchangeReply, encodeExchange } from "../jobs/exchange-wire.ts";
import { decodePushReply, encodePush } from "../jobs/push-wire.ts";
import type { SqliteSettings } from "../options.ts";
import { bindPayload } from "../payload.ts";
import { CHANGES_TOPIC, decodeChanges } from "../protocol.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Channel } from "./channel.ts";
import type { Subscriptions } from "./subscriptions.ts";
import { pushWithin } from "./transaction.ts";

/** The jobs, as the main thread reaches them. */
export class SqliteJobs implements Jobs {
  readonly #channel: Channel;
  readonly #settings: SqliteSettings;
  readonly #arrivals: Arrivals;
  readonly #subscriptions: Subscriptions;

  constructor(channel: Channel, settings: SqliteSettings, arrivals: Arrivals, subscriptions: Subscriptions) {
    this.#channel = channel;
    this.#settings = settings;
    this.#arrivals = arrivals;
    this.#subscriptions = subscriptions;
  }

  async push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    const deadlineAt = requests.reduce((last, request) => Math.max(last, request.deadlineAt), 0);
    const replies = await this.#channel.call("push", encodePush(requests), deadlineAt);
    return decodePushReply(requests, replies);
  }

  async pushWithin(transaction: unknown, request: PushRequest): Promise<PushReply> {
    const { reply, committed } = pushWithin(transaction, request, this.#settings);
    if (committed.changes.length > 0) this.#channel.tell({ kind: "watch", committed });
    return reply;
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    const reply = await this.#channel.call("exchange", encodeExchange(request));
    return decodeExchangeReply(request, reply);
  }

  async progress(updates: readonly ProgressUpdate[]): Promise<void> {
    // Refused here, before any update of the batch is sent.
    for (const { id, progress } of updates) bindPayload(progress, "progress", id);
    await this.#channel.call("progress", updates);
  }

  arrival(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    return this.#arrivals.wait(this.#channel, interest, signal);
  }

  changes(listener: (changes: readonly JobChange[]) => void): Promise<Subscription> {
    return this.#subscriptions.add(this.#channel, CHANGES_TOPIC, (message) => listener(decodeChanges(message)));
  }
}
