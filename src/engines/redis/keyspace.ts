import { SLOTS, slotOf } from "./slot.ts";

/** The names of keys and channels of one partition. The braces put all of them in one slot of a Cluster. */
export class Keyspace {
  /** Begins every name. */
  readonly prefix: string;

  constructor(namespace: string, partition: number, partitions: number) {
    this.prefix = `lovage:{${tagOf(encodeURIComponent(namespace), partition, partitions)}}:`;
  }

  /** All ids, or those of a workflow's jobs, in a sorted set. */
  ids(workflow: string | undefined): string {
    return workflow === undefined ? `${this.prefix}ids` : `${this.prefix}wf:${workflow}`;
  }

  get changes(): string {
    return `${this.prefix}changes`;
  }

  wake(process: string): string {
    return `${this.prefix}wake:${process}`;
  }

  bus(topic: string): string {
    return `${this.prefix}bus:${topic}`;
  }

  /** What is on its way to other partitions: letters by the instant in which they were posted. */
  get outbox(): string {
    return `${this.prefix}outbox`;
  }
}

/**
 * Each partition has a share of the slots to itself, so that nodes with equal shares get equally many partitions: by names
 * that only differ in the number, two of three would mostly meet on one node. No namespace has a "/" once it is encoded.
 */
function tagOf(namespace: string, partition: number, partitions: number): string {
  const share = (tag: string): number => Math.floor((slotOf(tag) * partitions) / SLOTS);
  const wanted = (share(namespace) + partition) % partitions;
  let tag = namespace;
  for (let attempt = 0; share(tag) !== wanted; attempt += 1) tag = `${namespace}/${partition}.${attempt}`;
  return tag;
}
