import { type BulkReply, type BulkRequest, REMOVED } from "../../engine/index.ts";
import { isFinished } from "../../kernel/state.ts";
import { revoke } from "./jobs/end.ts";
import type { StoredJob } from "./jobs/job.ts";
import { matching } from "./jobs/matching.ts";
import type { JobTable } from "./jobs/table.ts";
import type { Workflows } from "./jobs/workflows.ts";

/** Does something to each selected job that allows it. */
interface BulkChange {
  allows(job: StoredJob): boolean;
  apply(job: StoredJob): void;
}

export function changeMany(jobs: JobTable, { selection, dryRun }: BulkRequest, change: BulkChange): BulkReply {
  const selected =
    "ids" in selection ? [...new Set(selection.ids)].map((id) => jobs.get(id) ?? id) : matching(jobs, selection.filter);
  const skipped: BulkReply["skipped"][number][] = [];
  let changed = 0;
  for (const job of selected) {
    if (typeof job === "string") skipped.push({ id: job, reason: "not-found" });
    else if (change.allows(job)) {
      if (!dryRun) change.apply(job);
      changed += 1;
    } else if ("ids" in selection) skipped.push({ id: job.id, reason: "wrong-state" });
  }
  return { changed, skipped };
}

/** Ends unfinished jobs; an active one is asked to end. */
export function revocation(jobs: JobTable, request: { reason: string; retainMs: number }, now: number): BulkChange {
  const asked = { by: "caller", reason: request.reason, retainMs: request.retainMs } as const;
  return {
    allows: (job) => !isFinished(job.state),
    apply: (job) => {
      if (job.state === "active") jobs.change(job, "active", { revocation: job.revocation ?? asked });
      else revoke(jobs, job, asked, now);
    },
  };
}

/** Makes failed and revoked jobs ready again. */
export function retrial(jobs: JobTable, workflows: Workflows): BulkChange {
  return {
    allows: (job) => (job.state === "failed" || job.state === "revoked") && job.awaited === 0,
    apply: (job) => {
      workflows.reopen(job);
      jobs.change(job, "ready", {
        failures: 0,
        crashes: 0,
        error: undefined,
        revocation: undefined,
        finishedAt: undefined,
        // Whoever retries a job wants it run, also when it had expired.
        expiresAt: undefined,
        dueAt: undefined,
      });
    },
  };
}

/** Removes jobs that no worker runs. */
export function removal(jobs: JobTable, now: number): BulkChange {
  return {
    allows: (job) => job.state !== "active",
    apply: (job) => {
      const isAwaited = job.node !== undefined && !isFinished(job.state);
      if (isAwaited) revoke(jobs, job, { ...REMOVED, retainMs: 0 }, now);
      jobs.remove(job);
    },
  };
}
