import type { Beat, BeatReply, Held, Liveness, RescuedJob } from "../../engine/liveness.ts";
import { giveBack, takeFromLost } from "./jobs/end.ts";
import type { StoredJob } from "./jobs/job.ts";
import type { JobTable } from "./jobs/table.ts";
import type { Store } from "./store.ts";

export function createLiveness(store: Store): Liveness {
  const { jobs, workers } = store;
  return {
    // The engine lives in this process: a thread of its own could not reach it.
    renewal: undefined,
    async register(worker, leaseMs) {
      workers.register(worker, leaseMs, store.enter());
    },
    async beat(beat) {
      return answerBeat(store, beat, store.enter());
    },
    async deregister(worker) {
      const now = store.enter();
      for (const job of jobs.activeOf(worker)) giveBack(jobs, job, now);
      workers.remove(worker);
    },
    async rescue({ worker, max, retainMs }) {
      const now = store.enter();
      return workers.isSteady(worker, now) ? rescueLost(store, max, retainMs, now) : [];
    },
  };
}

/** Renews the lease, and brings the engine's and the worker's view of what it runs together. */
function answerBeat({ jobs, workers }: Store, { worker, leaseMs, held }: Beat, now: number): BeatReply {
  const known = workers.renew(worker, leaseMs, now);
  if (held === undefined) return { known, lost: [], revoked: [], reclaimed: 0 };
  const active = new Map(jobs.activeOf(worker).map((job) => [claimName(job), job]));
  const running = held.jobs.map((reference) => active.get(claimName(reference)));
  return {
    known,
    lost: held.jobs.filter((_, index) => running[index] === undefined).map(({ id }) => id),
    revoked: running.flatMap((job) =>
      job?.revocation === undefined ? [] : [{ id: job.id, reason: job.revocation.reason }],
    ),
    reclaimed: reclaim(jobs, active, held, now),
  };
}

function reclaim(jobs: JobTable, active: ReadonlyMap<string, StoredJob>, held: Held, now: number): number {
  const names = new Set(held.jobs.map(claimName));
  const pending = new Set(held.pendingExchanges);
  const unheard = [...active].filter(
    ([name, { exchange }]) => !names.has(name) && !pending.has(exchange) && exchange < held.nextExchange,
  );
  for (const [, job] of unheard) giveBack(jobs, job, now);
  return unheard.length;
}

/** Takes at most `max` jobs from workers whose lease lapsed; a worker without any left is forgotten. */
function rescueLost({ jobs, workers }: Store, max: number, retainMs: number, now: number): RescuedJob[] {
  const rescued: RescuedJob[] = [];
  for (const { description } of workers.lapsed(now)) {
    const lost = jobs.activeOf(description.id);
    for (const job of lost.slice(0, Math.max(0, max - rescued.length))) {
      const state = takeFromLost(jobs, job, retainMs, now);
      rescued.push({ id: job.id, task: job.task, worker: description.id, crashes: job.crashes, state });
    }
    if (jobs.activeOf(description.id).length === 0) workers.remove(description.id);
  }
  return rescued;
}

function claimName({ id, fence }: { readonly id: string; readonly fence: number }): string {
  return `${fence} ${id}`;
}
