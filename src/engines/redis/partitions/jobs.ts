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
import { Effects } from "./effects.ts";
import { PartitionedExchange } from "./exchange.ts";
import type { Outbox } from "./outbox.ts";
import { all, type Partitions } from "./partitions.ts";
import { PartitionedPush } from "./push.ts";
import { Turns } from "./turns.ts";

/** The jobs of all partitions. */
export class PartitionedJobs implements Jobs {
  readonly #partitions: Partitions;
  readonly #push: PartitionedPush;
  readonly #exchange: PartitionedExchange;
  readonly #turns: Turns;

  constructor(partitions: Partitions, outbox: Outbox) {
    this.#partitions = partitions;
    this.#turns = new Turns(partitions);
    this.#push = new PartitionedPush(partitions, outbox);
    this.#exchange = new PartitionedExchange(partitions, new Effects(partitions, outbox), this.#turns);
  }

  push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    return this.#push.push(requests);
  }

  pushWithin(): Promise<PushReply> {
    return this.#partitions.first.jobs.pushWithin(undefined, { jobs: [], maxDepth: {}, deadlineAt: 0 });
  }

  exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    return this.#exchange.exchange(request);
  }

  async progress(updates: readonly ProgressUpdate[]): Promise<void> {
    await this.#partitions.askEach(
      updates,
      ({ id }) => id,
      ({ jobs }, group) => jobs.progress(group),
    );
  }

  /** Stands in the line of each partition; at the first hint, or the failure of all, it leaves the others. */
  async arrival(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    const waits = this.#partitions.all.map(async (partition) => {
      await partition.jobs.arrival(interest, either);
      if (!either.aborted) this.#turns.hint(partition);
    });
    try {
      await Promise.any(waits);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      leaving.abort();
    }
  }

  async changes(listener: (changes: readonly JobChange[]) => void): Promise<Subscription> {
    const listening = await Promise.allSettled(this.#partitions.all.map(({ jobs }) => jobs.changes(listener)));
    const subscriptions = listening.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const close = async (): Promise<void> => {
      await all(subscriptions, (subscription) => subscription.close());
    };
    const failed = listening.find(({ status }) => status === "rejected");
    if (failed?.status !== "rejected") return { close };
    await close();
    throw failed.reason;
  }
}
