import { CRASHES_BEFORE_QUARANTINE, EXPIRY, workerLost } from "../../../engine/endings.ts";
import type { RescuedJob } from "../../../engine/liveness.ts";
import type { Revocation } from "../../../kernel/job.ts";
import type { StoredJob } from "./job.ts";
import type { JobTable } from "./table.ts";

/** Ends an unfinished job without its being done; `counted` is what its last attempt came to. */
export function revoke(
  jobs: JobTable,
  job: StoredJob,
  revocation: Revocation & { readonly retainMs: number },
  now: number,
  counted: Pick<Partial<StoredJob>, "crashes" | "failures" | "error"> = {},
): void {
  jobs.change(job, "revoked", { ...counted, revocation, finishedAt: now, pruneAt: now + revocation.retainMs });
}

export function endByExpiry(jobs: JobTable, job: StoredJob, retainMs: number, now: number): void {
  revoke(jobs, job, { ...EXPIRY, retainMs }, now);
}

/** Takes a job back from a worker that does not run it: nobody is to blame, so nothing is counted. */
export function giveBack(jobs: JobTable, job: StoredJob, now: number): void {
  if (job.revocation !== undefined) {
    revoke(jobs, job, job.revocation, now);
    return;
  }
  if (job.ack === "late") {
    jobs.change(job, "ready", {});
    return;
  }
  const error = workerLost(job.worker ?? "", "early");
  jobs.change(job, "failed", { error, finishedAt: now, pruneAt: now + job.claimRetainMs });
}

/** Takes a job back from a worker that was lost while it ran, and says what became of it. */
export function takeFromLost(jobs: JobTable, job: StoredJob, retainMs: number, now: number): RescuedJob["state"] {
  const crashes = job.crashes + 1;
  if (job.revocation !== undefined) {
    revoke(jobs, job, job.revocation, now, { crashes });
    return "revoked";
  }
  if (job.ack === "late" && crashes <= CRASHES_BEFORE_QUARANTINE) {
    jobs.change(job, "ready", { crashes });
    return "ready";
  }
  const error = workerLost(job.worker ?? "", job.ack === "early" ? "early" : "crashes");
  jobs.change(job, "failed", { error, crashes, finishedAt: now, pruneAt: now + retainMs });
  return "failed";
}
