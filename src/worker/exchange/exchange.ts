import type { ClaimRequest, ExchangeReply, Jobs } from "../../engine/index.ts";
import type { ClaimedJob, ClaimReference, Settlement, SettlementReply } from "../../kernel/job.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { BoundCounter, Metrics } from "../../kernel/metrics.ts";

// One exchange is one commit: 1,000 settlements take about 10 ms, and 8 MiB of results are one message between threads.
const MAX_SETTLEMENTS = 1_000;
const MAX_RESULT_BYTES = 8 * 1_048_576;

export interface ExchangeParts {
  readonly worker: string;
  readonly jobs: Jobs;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long a job can be looked at that fails because its settlement cannot be stored. */
  readonly retainFailedMs: number;
}

/** What a claim gave. */
export type Claimed = Pick<ExchangeReply, "claimed" | "quarantined">;

/**
 * The worker's conversation with the engine: keeps settlements until the engine has answered for each, and numbers the
 * exchanges so that a reply that was lost can be told from one that is under way.
 */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #exchanges: BoundCounter;
  readonly #exchangeFailures: BoundCounter;
  readonly #stale: BoundCounter;
  readonly #pending = new Set<number>();
  readonly #unsettled = new Set<Settlement>();
  #queue: Settlement[] = [];
  #number = 0;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    const count = (name: string, help: string): BoundCounter => parts.metrics.counter({ name, help }).bind({});
    this.#exchanges = count("lovage_exchanges_total", "Round trips that settle and claim.");
    this.#exchangeFailures = count(
      "lovage_exchange_failures_total",
      "Exchanges that failed; what they settle is kept.",
    );
    this.#stale = count("lovage_settlements_stale_total", "Settlements refused because the job was given away.");
  }

  /** Settlements that no exchange carries at present. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Claims whose settlement the engine has not answered for: this worker still answers for them. */
  get unsettled(): ReadonlySet<ClaimReference> {
    return this.#unsettled;
  }

  /** Exchanges without an answer yet. */
  get pending(): ReadonlySet<number> {
    return this.#pending;
  }

  /** The number of the exchange to come. */
  get next(): number {
    return this.#number + 1;
  }

  settle(settlement: Settlement): void {
    this.#unsettled.add(settlement);
    this.#queue.push(settlement);
  }

  /**
   * Sends what is to be settled, as much as fits, with a claim. `receive` must start what was claimed before it returns:
   * a job that is neither pending nor held is taken back at the next beat. When the exchange fails, all that it was to
   * settle is kept, and the error passed on.
   */
  async send(claim: ClaimRequest | undefined, receive: (claimed: Claimed) => void): Promise<void> {
    const settlements = this.#take();
    this.#number += 1;
    const exchange = this.#number;
    this.#pending.add(exchange);
    this.#exchanges.add();
    try {
      const reply = await this.#parts.jobs.exchange({ worker: this.#parts.worker, exchange, settlements, claim });
      if (reply.settled.length !== settlements.length)
        throw new RangeError(`${settlements.length} settlements got ${reply.settled.length} replies.`);
      for (const [index, settlement] of settlements.entries()) this.#answer(settlement, reply.settled[index]);
      receive(reply);
    } catch (error) {
      this.#exchangeFailures.add();
      this.#queue = settlements.concat(this.#queue);
      throw error;
    } finally {
      this.#pending.delete(exchange);
    }
  }

  /** Gives back, unrun, what a claim brought after the worker had decided to stop. */
  decline(jobs: readonly ClaimedJob[]): void {
    for (const { id, fence, receipt } of jobs)
      this.settle({ id, fence, receipt, outcome: { kind: "released" }, effects: [] });
  }

  #take(): Settlement[] {
    const count = this.#fitting();
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  #fitting(): number {
    let bytes = 0;
    for (const [index, { outcome }] of this.#queue.entries()) {
      if (index === MAX_SETTLEMENTS || bytes > MAX_RESULT_BYTES) return index;
      if (outcome.kind === "succeeded") bytes += outcome.result?.length ?? 0;
    }
    return this.#queue.length;
  }

  #answer(settlement: Settlement, reply: SettlementReply | undefined): void {
    this.#unsettled.delete(settlement);
    switch (reply?.status) {
      case undefined:
      case "applied":
        return;
      case "stale":
        this.#stale.add();
        this.#parts.logger.log("warn", "a settlement came too late: the job is no longer this worker's", {
          id: settlement.id,
          fence: settlement.fence,
          outcome: settlement.outcome.kind,
        });
        return;
      case "refused":
        this.#refuse(settlement, reply.error);
    }
  }

  #refuse(settlement: Settlement, error: Extract<SettlementReply, { status: "refused" }>["error"]): void {
    const { id, fence, receipt, outcome } = settlement;
    this.#parts.logger.log("error", "a settlement cannot be stored", {
      id,
      outcome: outcome.kind,
      error: error.message,
    });
    // A failure refused in its turn would go round for ever. The next beat finds the job held by nobody, and it runs again.
    if (outcome.kind === "failed") return;
    const failed = { kind: "failed", error, retainMs: this.#parts.retainFailedMs } as const;
    this.settle({ id, fence, receipt, outcome: failed, effects: [] });
  }
}
