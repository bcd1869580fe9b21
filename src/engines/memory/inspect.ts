import type { Inspect, ListRequest } from "../../engine/inspect.ts";
import type { JobRecord } from "../../kernel/job.ts";
import { changeMany, removal, retrial, revocation } from "./bulk.ts";
import { toRecord } from "./jobs/job.ts";
import { matching } from "./jobs/matching.ts";
import type { JobTable } from "./jobs/table.ts";
import { queueStatistics, workerStatistics } from "./statistics.ts";
import type { Store } from "./store.ts";

export function createInspect(store: Store): Inspect {
  const { jobs } = store;
  return {
    async get(ids) {
      store.enter();
      return ids.map((id) => jobs.get(id)).map((job) => (job === undefined ? undefined : toRecord(job)));
    },
    async list(request) {
      store.enter();
      return list(jobs, request);
    },
    async count(filter) {
      store.enter();
      return matching(jobs, filter).length;
    },
    async revoke(request) {
      return changeMany(jobs, request, revocation(jobs, request, store.enter()));
    },
    async retry(request) {
      store.enter();
      return changeMany(jobs, request, retrial(jobs, store.workflows));
    },
    async remove(request) {
      return changeMany(jobs, request, removal(jobs, store.enter()));
    },
    async pause(queue) {
      store.enter();
      jobs.lanes.pause(queue);
    },
    async resume(queue) {
      store.enter();
      jobs.lanes.resume(queue);
      for (const lane of jobs.lanes.all(queue)) store.arrivals.announce(lane);
    },
    async purge({ queue, dryRun }) {
      const now = store.enter();
      const selection = { filter: { queues: [queue], states: ["ready", "scheduled"] } } as const;
      return { removed: changeMany(jobs, { selection, dryRun }, removal(jobs, now)).changed };
    },
    async queues() {
      store.enter();
      return queueStatistics(jobs);
    },
    async workers() {
      store.enter();
      return workerStatistics(jobs, store.workers);
    },
  };
}

/** Newest first. */
function list(jobs: JobTable, { filter, cursor, limit }: ListRequest): readonly JobRecord[] {
  return matching(jobs, filter)
    .filter((job) => cursor === undefined || job.id < cursor)
    .sort((left, right) => (left.id < right.id ? 1 : -1))
    .slice(0, Math.max(0, limit))
    .map(toRecord);
}
