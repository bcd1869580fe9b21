import type { Archive, FinishedJob } from "../../engine/archive.ts";
import { isFinished } from "../../kernel/state.ts";
import { adoptJob, type StoredJob, toRecord } from "./jobs/job.ts";
import type { Store } from "./store.ts";

export function createArchive(store: Store): Archive {
  const { jobs } = store;
  return {
    async ended({ max, forMs }) {
      return firstEnded(jobs.finishedInOrder, max, store.enter() - forMs);
    },
    async store(given) {
      store.enter();
      for (const finished of given) keep(store, finished);
    },
    async drop(given) {
      store.enter();
      const dropped = given.filter(({ id, version }) => {
        const job = jobs.get(id);
        const isThere = job !== undefined && isFinished(job.state) && job.version === version;
        if (isThere) jobs.forget(job);
        return isThere;
      });
      return { dropped: dropped.length };
    },
  };
}

function firstEnded(jobs: Iterable<StoredJob>, max: number, until: number): FinishedJob[] {
  const ended: FinishedJob[] = [];
  for (const job of jobs) {
    const { finishedAt = 0, pruneAt } = job;
    // One that was stored for another engine may have ended before those ahead of it.
    if (ended.length >= max) break;
    if (finishedAt <= until && !isNeededHere(job))
      ended.push({ record: toRecord(job), retainMs: pruneAt - finishedAt });
  }
  return ended;
}

/** What filled its slots stays here. */
function isNeededHere({ upstream, node, state }: StoredJob): boolean {
  return upstream !== undefined || (state !== "succeeded" && node !== undefined && node.slots > 0);
}

function keep({ jobs }: Store, { record, retainMs }: FinishedJob): void {
  const known = jobs.get(record.id);
  if (known !== undefined && (!isFinished(known.state) || known.version >= record.version)) return;
  if (known !== undefined) jobs.forget(known);
  jobs.adopt((sequence) => adoptJob(record, retainMs, sequence));
}
