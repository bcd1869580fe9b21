import type { QueueStatistics, WorkerStatistics } from "../../engine/inspect.ts";
import { earliest } from "./jobs/lane.ts";
import type { JobTable } from "./jobs/table.ts";
import type { Workers } from "./workers.ts";

export function queueStatistics(jobs: JobTable): QueueStatistics[] {
  const { paused } = jobs.lanes;
  const names = [...new Set([...jobs.counts.keys(), ...paused])].sort();
  return names.map((queue) => {
    const counts = jobs.counts.get(queue) ?? { scheduled: 0, ready: 0, active: 0, waiting: 0 };
    return { queue, paused: paused.has(queue), ...counts, oldestReadyAt: oldestReadyAt(jobs, queue) };
  });
}

function oldestReadyAt(jobs: JobTable, queue: string): number | undefined {
  const heads = [...jobs.lanes.all(queue)].flatMap((lane) => [lane.oldest(), lane.quarantined()]);
  const oldest = earliest(heads);
  return oldest === undefined ? undefined : Math.max(oldest.createdAt, oldest.dueAt ?? 0);
}

export function workerStatistics(jobs: JobTable, workers: Workers): WorkerStatistics[] {
  return workers.all().map(({ description, startedAt, leaseUntil }) => ({
    ...description,
    startedAt,
    leaseUntil,
    active: jobs.activeOf(description.id).length,
  }));
}
