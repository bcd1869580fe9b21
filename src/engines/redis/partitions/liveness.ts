import type { Beat, BeatReply, Liveness, RenewalSource, RescuedJob, WorkerDescription } from "../../../engine/index.ts";
import type { Outbox } from "./outbox.ts";
import { all, type Partitions } from "./partitions.ts";

/** A worker has a lease in each partition, and a beat renews them all. */
export class PartitionedLiveness implements Liveness {
  readonly renewal: RenewalSource | undefined;
  readonly #partitions: Partitions;
  readonly #outbox: Outbox;

  constructor(partitions: Partitions, outbox: Outbox) {
    this.#partitions = partitions;
    this.#outbox = outbox;
    this.renewal = partitions.first.liveness.renewal;
  }

  async register(worker: WorkerDescription, leaseMs: number): Promise<void> {
    await this.#partitions.each(({ liveness }) => liveness.register(worker, leaseMs));
  }

  /** What a partition would say that is away at present is heard when it is back. */
  async beat(beat: Beat): Promise<BeatReply> {
    const { held } = beat;
    const groups = this.#partitions.group(held?.jobs ?? [], ({ id }) => id);
    const replies = await all(this.#partitions.up, (partition) =>
      partition.liveness.beat({ ...beat, held: held && { ...held, jobs: groups.get(partition) ?? [] } }),
    );
    return {
      known: replies.every(({ known }) => known),
      lost: replies.flatMap(({ lost }) => lost),
      revoked: replies.flatMap(({ revoked }) => revoked),
      reclaimed: replies.reduce((sum, { reclaimed }) => sum + reclaimed, 0),
    };
  }

  async deregister(worker: string): Promise<void> {
    await this.#partitions.each(({ liveness }) => liveness.deregister(worker));
  }

  /** Also takes care of what processes that are gone have left on its way between partitions. */
  async rescue(request: { worker: string; max: number; retainMs: number }): Promise<readonly RescuedJob[]> {
    const rescued: RescuedJob[] = [];
    await this.#partitions.upTo(request.max, async ({ liveness }, max) => {
      const jobs = await liveness.rescue({ ...request, max });
      rescued.push(...jobs);
      return jobs.length;
    });
    await this.#outbox.sweep();
    return rescued;
  }
}
