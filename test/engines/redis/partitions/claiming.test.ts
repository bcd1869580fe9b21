import { expect, test } from "vitest";
import type { ClaimRequest, ExchangeReply } from "../../../../src/engine/index.ts";
import { readRedisOptions } from "../../../../src/engines/redis/options.ts";
import { createPartition, type Partition } from "../../../../src/engines/redis/partition.ts";
import { Claiming } from "../../../../src/engines/redis/partitions/claiming.ts";
import type { ClaimedJob } from "../../../../src/kernel/job.ts";
import { newJob } from "../setup.ts";

const settings = readRedisOptions({ url: "redis+cluster://127.0.0.1?partitions=3" });
const partitions = [0, 1, 2].map((number) => createPartition(settings, number));
const usual = { tasks: ["task"], queues: undefined, retainMs: 1, alone: false } as const;

function claimed(amount: number, crashes: number = 0): ExchangeReply {
  const job = (): ClaimedJob => ({ ...newJob(), failures: 0, crashes, fence: 1, receipt: 0, createdAt: 0 });
  return { settled: [], claimed: Array.from({ length: amount }, job), quarantined: false };
}

/** Answers from partitions that have so many jobs, until nothing more is asked; gives what was asked in each round. */
function answer(claiming: Claiming, ready: readonly number[], crashes: number = 0): number[][] {
  const left = new Map(partitions.map((partition, index) => [partition, ready[index] ?? 0]));
  const rounds: number[][] = [];
  for (let shares = claiming.shares(); shares.size > 0; shares = claiming.shares()) {
    rounds.push(partitions.map((partition) => shares.get(partition)?.max ?? 0));
    for (const [partition, share] of shares) {
      const amount = Math.min(share.max, left.get(partition) ?? 0);
      left.set(partition, (left.get(partition) ?? 0) - amount);
      claiming.take(partition, share, claimed(amount, crashes));
    }
  }
  return rounds;
}

function begin(max: number, more: Partial<ClaimRequest> = {}, order: readonly Partition[] = partitions): Claiming {
  return new Claiming({ ...usual, max, ...more }, order);
}

test("slots are shared out evenly, those before first", () => {
  expect(answer(begin(5), [9, 9, 9])).toEqual([[2, 2, 1]]);
  expect(answer(begin(1), [9, 9, 9])).toEqual([[1, 0, 0]]);
  expect(answer(begin(0), [9, 9, 9])).toEqual([]);
});

test("what one does not have is asked of those that gave all", () => {
  expect(answer(begin(9), [0, 9, 9])).toEqual([
    [3, 3, 3],
    [0, 2, 1],
  ]);
  expect(answer(begin(9), [0, 0, 9])).toEqual([
    [3, 3, 3],
    [0, 0, 6],
  ]);
  expect(answer(begin(1), [0, 0, 1])).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test("never more than was asked for, and nobody is asked twice who gave less", () => {
  for (let max = 0; max < 30; max += 1) {
    for (const ready of [
      [0, 0, 0],
      [1, 0, 40],
      [7, 7, 7],
      [40, 1, 3],
    ]) {
      const claiming = begin(max);
      expect(answer(claiming, ready).length).toBeLessThanOrEqual(3);
      const all = ready.reduce((sum, amount) => sum + amount, 0);
      expect(claiming.claimed.length).toBe(Math.min(max, all));
    }
  }
});

test("one who is alone asks one after the other, until it is alone no more", () => {
  expect(answer(begin(4, { alone: true }), [0, 1, 9])).toEqual([
    [4, 0, 0],
    [0, 4, 0],
    [0, 0, 3],
  ]);
  const claiming = begin(4, { alone: true });
  expect(answer(claiming, [0, 1, 9], 2)).toHaveLength(2);
  expect(claiming.claimed).toHaveLength(1);
});
