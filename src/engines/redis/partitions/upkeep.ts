import type { Upkeep } from "../../../engine/index.ts";
import type { Partition } from "../partition.ts";
import { all, type Partitions } from "./partitions.ts";

/** Upkeep of each partition. */
export class PartitionedUpkeep implements Upkeep {
  readonly #partitions: Partitions;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  async promote({ max }: Parameters<Upkeep["promote"]>[0]): ReturnType<Upkeep["promote"]> {
    let nextDueInMs: number | undefined;
    const promoted = await this.#partitions.upTo(max, async ({ upkeep }, left) => {
      const reply = await upkeep.promote({ max: left });
      nextDueInMs = Math.min(reply.nextDueInMs ?? Number.POSITIVE_INFINITY, nextDueInMs ?? Number.POSITIVE_INFINITY);
      return reply.promoted;
    });
    return { promoted, nextDueInMs: nextDueInMs === Number.POSITIVE_INFINITY ? undefined : nextDueInMs };
  }

  async expire({ max, retainMs }: Parameters<Upkeep["expire"]>[0]): ReturnType<Upkeep["expire"]> {
    const expired = await this.#partitions.upTo(
      max,
      async ({ upkeep }, left) => (await upkeep.expire({ max: left, retainMs })).expired,
    );
    return { expired };
  }

  /** Each partition may keep as large a share of `maxFinished` as it has of the finished jobs. */
  async prune({ max, maxFinished }: Parameters<Upkeep["prune"]>[0]): ReturnType<Upkeep["prune"]> {
    const counts = await all(
      this.#partitions.up,
      async (partition) => [partition, await countFinished(partition)] as const,
    );
    const shares = share(
      maxFinished,
      counts.map(([, finished]) => finished),
    );
    const limits = new Map(counts.map(([partition], index) => [partition, shares[index] ?? 0]));
    const pruned = await this.#partitions.upTo(max, async (partition, left) => {
      const limit = limits.get(partition) ?? maxFinished;
      return (await partition.upkeep.prune({ max: left, maxFinished: limit })).pruned;
    });
    return { pruned };
  }
}

async function countFinished({ store }: Partition): Promise<number> {
  return Number((await store.commands.send("HGET", [`${store.keys.prefix}meta`, "finished"])) ?? 0);
}

/** Shares a limit out in proportion to counts, none of it lost: what is left of each share goes to the next. */
function share(limit: number, counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= limit) return counts.map(() => limit);
  let before = 0;
  return counts.map((count) => {
    const from = Math.floor((limit * before) / total);
    before += count;
    return Math.floor((limit * before) / total) - from;
  });
}
