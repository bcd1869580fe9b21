import type {
  ClaimInterest,
  CompletionReply,
  CompletionRequest,
  ExchangeReply,
  ExchangeRequest,
  Jobs,
  ProgressUpdate,
  PushReply,
  PushRequest,
  Subscription,
} from "../../../engine/index.ts";
import type { JobChange } from "../../../kernel/job.ts";
import type { Pool } from "../client/pool.ts";
import type { ServerClock } from "../client/server-clock.ts";
import type { PostgresSettings } from "../options.ts";
import type { Arrivals } from "../signals/arrivals.ts";
import { decodeChanges } from "../signals/message.ts";
import { CHANGES_TOPIC, type Subscriptions } from "../signals/subscriptions.ts";
import { Completions } from "./completion.ts";
import { Exchanges } from "./exchange.ts";
import { Followed } from "./followed.ts";
import { Lanes } from "./lanes.ts";
import { progressStatement } from "./progress.ts";
import { Pushes } from "./pushes.ts";
import { pushWithin } from "./transaction.ts";

export interface JobsParts {
  readonly settings: PostgresSettings;
  readonly pool: Pool;
  readonly clock: ServerClock;
  readonly arrivals: Arrivals;
  readonly subscriptions: Subscriptions;
}

/** The durable jobs. */
export class PostgresJobs implements Jobs {
  readonly #parts: JobsParts;
  readonly #lanes: Lanes;
  readonly #pushes: Pushes;
  readonly #exchanges: Exchanges;
  readonly #completions: Completions;

  constructor(parts: JobsParts) {
    const { pool, clock } = parts;
    const { schema } = parts.settings;
    const lanes = new Lanes(pool, schema);
    const followed = new Followed({ schema, pool, lanes });
    this.#parts = parts;
    this.#lanes = lanes;
    this.#pushes = new Pushes({ schema, pool, lanes, clock });
    this.#completions = new Completions(parts.settings, pool);
    this.#exchanges = new Exchanges({ schema, pool, lanes, followed });
  }

  push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    return this.#pushes.push(requests);
  }

  pushWithin(transaction: unknown, request: PushRequest): Promise<PushReply> {
    return pushWithin(transaction, request, { settings: this.#parts.settings, lanes: this.#lanes });
  }

  exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    return this.#exchanges.exchange(request);
  }

  complete(request: CompletionRequest): Promise<CompletionReply> {
    return this.#completions.complete(request);
  }

  /** Rolls back what handlers have open, and closes their connections. */
  close(): Promise<void> {
    return this.#completions.close();
  }

  async progress(updates: readonly ProgressUpdate[]): Promise<void> {
    await this.#parts.pool.run(progressStatement(updates, this.#parts.settings.schema));
  }

  arrival(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    return this.#parts.arrivals.wait(interest, signal);
  }

  changes(listener: (changes: readonly JobChange[]) => void): Promise<Subscription> {
    return this.#parts.subscriptions.add(CHANGES_TOPIC, (message) => listener(decodeChanges(message)));
  }
}
