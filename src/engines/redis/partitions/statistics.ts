import type { QueueStatistics, WorkerStatistics } from "../../../engine/index.ts";

/** The numbers of each queue, from those that partitions have of it; by name. */
export function mergeQueues(statistics: readonly QueueStatistics[]): readonly QueueStatistics[] {
  const merged = [...Map.groupBy(statistics, ({ queue }) => queue).values()].map((parts) => parts.reduce(addQueue));
  return merged.sort((left, right) => (left.queue < right.queue ? -1 : 1));
}

/** Each worker once; of its leases the one that ends first. */
export function mergeWorkers(statistics: readonly WorkerStatistics[]): readonly WorkerStatistics[] {
  return [...Map.groupBy(statistics, ({ id }) => id).values()].map((parts) => parts.reduce(addWorker));
}

function addQueue(one: QueueStatistics, other: QueueStatistics): QueueStatistics {
  return {
    queue: one.queue,
    paused: one.paused || other.paused,
    scheduled: one.scheduled + other.scheduled,
    ready: one.ready + other.ready,
    active: one.active + other.active,
    waiting: one.waiting + other.waiting,
    oldestReadyAt: earlier(one.oldestReadyAt, other.oldestReadyAt),
  };
}

function addWorker(one: WorkerStatistics, other: WorkerStatistics): WorkerStatistics {
  return {
    ...one,
    startedAt: Math.min(one.startedAt, other.startedAt),
    leaseUntil: Math.min(one.leaseUntil, other.leaseUntil),
    active: one.active + other.active,
  };
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
