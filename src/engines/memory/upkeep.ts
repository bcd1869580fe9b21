import type { Upkeep } from "../../engine/upkeep.ts";
import type { Heap } from "../../kernel/heap.ts";
import { endByExpiry } from "./jobs/end.ts";
import type { StoredJob } from "./jobs/job.ts";
import type { JobTable } from "./jobs/table.ts";
import type { Store } from "./store.ts";

export function createUpkeep(store: Store): Upkeep {
  const { jobs } = store;
  return {
    async promote({ max }) {
      return promoteDue(jobs, max, store.enter());
    },
    async expire({ max, retainMs }) {
      const now = store.enter();
      const end = (job: StoredJob): void => endByExpiry(jobs, job, retainMs, now);
      return { expired: eachDue(jobs.expiring, (job) => job.expiresAt, max, now, end) };
    },
    async prune({ max, maxFinished }) {
      return { pruned: prune(store, max, maxFinished, store.enter()) };
    },
  };
}

function promoteDue(jobs: JobTable, max: number, now: number): { promoted: number; nextDueInMs: number | undefined } {
  const makeReady = (job: StoredJob): void => jobs.change(job, "ready", {});
  const promoted = eachDue(jobs.scheduled, (job) => job.dueAt, max, now, makeReady);
  const next = jobs.scheduled.peek()?.dueAt;
  return { promoted, nextDueInMs: next === undefined ? undefined : Math.max(0, next - now) };
}

function prune({ jobs, keys, records }: Store, max: number, maxFinished: number, now: number): number {
  let pruned = eachDue(
    jobs.finished,
    (job) => job.pruneAt,
    max,
    now,
    (job) => jobs.remove(job),
  );
  for (const job of jobs.finishedInOrder) {
    if (pruned >= max || jobs.finished.size <= maxFinished) break;
    jobs.remove(job);
    pruned += 1;
  }
  keys.prune(max, now);
  records.prune(max, now);
  return pruned;
}

/** Runs `action`, which takes the job out of the heap, for at most `max` jobs that are due; says for how many. */
function eachDue(
  heap: Heap<StoredJob>,
  dueAt: (job: StoredJob) => number | undefined,
  max: number,
  now: number,
  action: (job: StoredJob) => void,
): number {
  let count = 0;
  for (let job = heap.peek(); job !== undefined && count < max; job = heap.peek()) {
    if ((dueAt(job) ?? Number.POSITIVE_INFINITY) > now) break;
    action(job);
    count += 1;
  }
  return count;
}
