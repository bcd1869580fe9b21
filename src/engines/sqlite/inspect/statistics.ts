import type { QueueStatistics, WorkerStatistics } from "../../../engine/index.ts";
import { type Row, readNumber, readOptionalText, readText } from "../database/row.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";

/** Every queue that has unfinished jobs or is paused, by name. Its cost does not grow with the number of jobs. */
export function queueStatistics(work: Work): readonly QueueStatistics[] {
  const lanesByQueue = new Map<string, Lane[]>([...work.lanes.paused].map((queue) => [queue, []]));
  for (const lane of work.lanes.all()) lanesByQueue.set(lane.queue, [...(lanesByQueue.get(lane.queue) ?? []), lane]);
  return [...lanesByQueue]
    .map(([queue, lanes]) => toStatistics(work, queue, lanes))
    .filter(({ paused, scheduled, ready, active, waiting }) => paused || scheduled + ready + active + waiting > 0)
    .sort((left, right) => (left.queue < right.queue ? -1 : 1));
}

function toStatistics(work: Work, queue: string, lanes: readonly Lane[]): QueueStatistics {
  const sum = (state: "scheduled" | "ready" | "active" | "waiting"): number =>
    lanes.reduce((total, { counters }) => total + counters[state], 0);
  return {
    queue,
    paused: work.lanes.paused.has(queue),
    scheduled: sum("scheduled"),
    ready: sum("ready"),
    active: sum("active"),
    waiting: sum("waiting"),
    oldestReadyAt: oldestReadyAt(work, lanes),
  };
}

/** When the job that is first in push order became ready, as far as the store knows: when it was due, or pushed. */
function oldestReadyAt(work: Work, lanes: readonly Lane[]): number | undefined {
  let oldest: { sequence: number; at: number } | undefined;
  for (const { id, counters } of lanes) {
    if (counters.ready === 0) continue;
    for (let priority = 0; priority <= 9; priority += 1) {
      const row = work.statements.hot("inspect/oldest-ready").get(id, priority);
      if (row === undefined) continue;
      const sequence = readNumber(row, 0);
      if (oldest === undefined || sequence < oldest.sequence) oldest = { sequence, at: readNumber(row, 1) };
    }
  }
  return oldest?.at;
}

/** Every registered worker. */
export function workerStatistics(work: Work): readonly WorkerStatistics[] {
  return work.statements.named("inspect/workers").all().map(toWorker);
}

function toWorker(row: Row): WorkerStatistics {
  const queues = readOptionalText(row, 4);
  return {
    id: readText(row, 0),
    host: readText(row, 1),
    pid: readNumber(row, 2),
    version: readText(row, 3),
    queues: queues === undefined ? undefined : (JSON.parse(queues) as string[]),
    tasks: JSON.parse(readText(row, 5)) as string[],
    concurrency: readNumber(row, 6),
    startedAt: readNumber(row, 7),
    leaseUntil: readNumber(row, 8),
    active: readNumber(row, 9),
  };
}
