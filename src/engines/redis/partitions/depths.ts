import { type PushRequest, queueFull } from "../../../engine/index.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import type { Partition } from "../partition.ts";
import type { Partitions } from "./partitions.ts";
import { depthsIn } from "./reservation.ts";

type ByPartition = Map<Partition, number>;

/**
 * How deep the limited queues of a push are, over all partitions: asked for once, and counted on with what the push adds. What
 * others push in the same moment is not seen, so that together they may go over a limit by as much as they bring.
 */
export class Depths {
  readonly #queues: ReadonlyMap<string, ByPartition>;

  private constructor(queues: ReadonlyMap<string, ByPartition>) {
    this.#queues = queues;
  }

  static async read(partitions: Partitions, requests: readonly PushRequest[]): Promise<Depths> {
    const queues = [...new Set(requests.flatMap(limitedQueues))];
    if (queues.length === 0) return new Depths(new Map());
    const depths = await partitions.each(async (partition) => [partition, await depthsIn(partition, queues)] as const);
    const byPartition = (index: number): ByPartition =>
      new Map(depths.map(([partition, ofPartition]) => [partition, ofPartition[index] ?? 0]));
    return new Depths(new Map(queues.map((queue, index) => [queue, byPartition(index)])));
  }

  add(partition: Partition, jobs: readonly NewJob[]): void {
    for (const { queue } of jobs) {
      const depths = this.#queues.get(queue);
      depths?.set(partition, (depths.get(partition) ?? 0) + 1);
    }
  }

  /** What a request leaves to one partition of its limits. */
  limitsIn(partition: Partition, { maxDepth }: PushRequest): Record<string, number> {
    const limits = Object.entries(maxDepth).filter(([queue]) => this.#queues.has(queue));
    return Object.fromEntries(limits.map(([queue, limit]) => [queue, limit - this.#elsewhere(partition, queue)]));
  }

  /** Why new jobs do not fit, if so. */
  findFull(maxDepth: PushRequest["maxDepth"], jobs: readonly NewJob[]): ErrorRecord | undefined {
    for (const [queue, added] of Map.groupBy(jobs, (job) => job.queue)) {
      const limit = Object.hasOwn(maxDepth, queue) ? maxDepth[queue] : undefined;
      const depth = this.#sum(queue);
      if (limit !== undefined && depth + added.length > limit)
        return toErrorRecord(queueFull({ queue, depth, maxDepth: limit }));
    }
    return undefined;
  }

  #elsewhere(partition: Partition, queue: string): number {
    return this.#sum(queue) - (this.#queues.get(queue)?.get(partition) ?? 0);
  }

  #sum(queue: string): number {
    return [...(this.#queues.get(queue)?.values() ?? [])].reduce((sum, depth) => sum + depth, 0);
  }
}

/** A refusal by one partition for want of room, as it is told: with the numbers of the whole queue. */
export function widen(error: ErrorRecord, { maxDepth }: PushRequest): ErrorRecord {
  const { queue, depth, maxDepth: left } = error.details ?? {};
  const isOfQueue = error.code === "QUEUE_FULL" && typeof queue === "string";
  if (!isOfQueue || typeof depth !== "number" || typeof left !== "number") return error;
  const limit = maxDepth[queue] ?? left;
  return toErrorRecord(queueFull({ queue, depth: depth + limit - left, maxDepth: limit }));
}

function limitedQueues({ jobs, maxDepth }: PushRequest): string[] {
  return jobs.map(({ queue }) => queue).filter((queue) => Object.hasOwn(maxDepth, queue));
}
