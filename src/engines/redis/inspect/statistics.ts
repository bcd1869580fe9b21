import type { JobFilter, QueueStatistics, WorkerDescription, WorkerStatistics } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { stateNumbered } from "../jobs/states.ts";
import type { Store } from "../store.ts";
import type { Reader } from "../wire/reader.ts";
import { pack } from "../wire/writer.ts";

interface Count {
  readonly queue: string;
  readonly task: string;
  readonly state: JobState;
  readonly amount: number;
}

const noRequest = (): Buffer => pack((writer) => writer.boolean(false));

/** From the numbers that are kept of each lane: its cost does not grow with the jobs. */
export async function countFromNumbers(store: Store, { states, queues, tasks }: JobFilter): Promise<number> {
  const counts = readCounts(await store.commands.run("counts", noRequest()));
  return counts
    .filter(({ state }) => states?.includes(state) ?? true)
    .filter(({ queue }) => queues?.includes(queue) ?? true)
    .filter(({ task }) => tasks?.includes(task) ?? true)
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** Every queue that has unfinished jobs or is paused, by name. */
export async function queueStatistics(store: Store): Promise<readonly QueueStatistics[]> {
  const reader = await store.commands.run("queues", noRequest());
  reader.array();
  const counts = readCounts(reader).filter(({ state }) => !isFinished(state));
  const readySince = new Map<string, number>();
  for (let left = reader.array() / 2; left > 0; left -= 1) readySince.set(reader.text(), reader.number());
  const paused = new Set(reader.texts());
  const byQueue = Map.groupBy(counts, ({ queue }) => queue);
  const names = [...new Set([...byQueue.keys(), ...paused])].sort();
  return names.map((queue) => ({
    queue,
    paused: paused.has(queue),
    ...sumByState(byQueue.get(queue) ?? []),
    oldestReadyAt: readySince.get(queue),
  }));
}

/** Every registered worker. */
export async function workerStatistics(store: Store): Promise<readonly WorkerStatistics[]> {
  const reader = await store.commands.run("workers", noRequest());
  const workers: WorkerStatistics[] = [];
  for (let left = reader.array() / 4; left > 0; left -= 1) {
    const description: WorkerDescription = JSON.parse(reader.text());
    const [startedAt, leaseUntil, active] = [reader.number(), reader.number(), reader.number()];
    workers.push({ ...description, queues: description.queues, startedAt, leaseUntil, active });
  }
  return workers;
}

function readCounts(reader: Reader): Count[] {
  const counts: Count[] = [];
  for (let left = reader.array() / 4; left > 0; left -= 1) {
    const [queue, task] = [reader.text(), reader.text()];
    counts.push({ queue, task, state: stateNumbered(reader.number()), amount: reader.number() });
  }
  return counts;
}

function sumByState(counts: readonly Count[]): Pick<QueueStatistics, "scheduled" | "ready" | "active" | "waiting"> {
  const sum = (state: JobState): number =>
    counts.reduce((total, count) => total + (count.state === state ? count.amount : 0), 0);
  return { scheduled: sum("scheduled"), ready: sum("ready"), active: sum("active"), waiting: sum("waiting") };
}
