import { onTestFinished } from "vitest";
import { Keyspace } from "../../../../src/engines/redis/keyspace.ts";
import { readRedisOptions } from "../../../../src/engines/redis/options.ts";
import { createPartition, type Partition } from "../../../../src/engines/redis/partition.ts";
import { SLOTS, slotOf } from "../../../../src/engines/redis/slot.ts";
import { newIdBeside } from "../../../../src/kernel/id.ts";
import type { RedisCluster, RedisServer } from "../../../support/servers/index.ts";

export const PARTITIONS = 3;

export function urlOf(cluster: RedisCluster, more: string = `?partitions=${PARTITIONS}`): string {
  return `redis+cluster://${cluster.masters.map(({ port }) => `127.0.0.1:${port}`).join(",")}${more}`;
}

/** An id in the partition of this number. */
export function idIn(partition: number): string {
  return newIdBeside(`${"0".repeat(32)}000${partition}`);
}

/** A key of one partition, as it is named in Redis. */
export function keyIn(partition: number, name: string, namespace: string = "lovage"): string {
  return new Keyspace(namespace, partition, PARTITIONS).prefix + name;
}

/** The node that has the partition: the masters have a third of the slots each, and so have the partitions. */
export function nodeOf(cluster: RedisCluster, partition: number): RedisServer {
  const tag = /\{(.*)\}/.exec(keyIn(partition, ""))?.[1] ?? "";
  const node = cluster.masters[Math.floor((slotOf(tag) * PARTITIONS) / SLOTS)];
  if (node === undefined) throw new RangeError(`No node has partition ${partition}.`);
  return node;
}

/** The partitions of a namespace by themselves, started. */
export async function openPartitions(url: string): Promise<readonly [Partition, ...Partition[]]> {
  const settings = readRedisOptions({ url });
  const [first, ...others] = Array.from({ length: PARTITIONS }, (_, number) => createPartition(settings, number));
  if (first === undefined) throw new RangeError("There are no partitions.");
  for (const partition of [first, ...others]) {
    onTestFinished(() => partition.stop());
    await partition.start();
  }
  return [first, ...others];
}
