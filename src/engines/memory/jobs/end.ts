import type { RescuedJob } from "../../../engine/liveness.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { WorkerLost } from "../../../kernel/errors.ts";
import type { Revocation } from "../../../kernel/job.ts";
import { CRASHES_BEFORE_QUARANTINE, type StoredJob } from "./job.ts";
import type { JobTable } from "./table.ts";

/** Ends an unfinished job without its being done. */
export function revoke(
  jobs: JobTable,
  job: StoredJob,
  revocation: Revocation & { retainMs: number },
  now: number,
): void {
  jobs.change(job, "revoked", { revocation, finishedAt: now, pruneAt: now + revocation.retainMs });
}

export function endByExpiry(jobs: JobTable, job: StoredJob, retainMs: number, now: number): void {
  const reason = `It was not claimed before it expired at ${new Date(job.expiresAt ?? now).toISOString()}.`;
  revoke(jobs, job, { by: "expiry", reason, retainMs }, now);
}

/** Takes a job back from a worker that does not run it: nobody is to blame, so nothing is counted. */
export function giveBack(jobs: JobTable, job: StoredJob, now: number): void {
  if (job.revocation !== undefined) revoke(jobs, job, job.revocation, now);
  else if (job.ack === "early") failAsLost(jobs, job, job.claimRetainMs, now);
  else jobs.change(job, "ready", {});
}

/** Takes a job back from a worker that was lost while it ran, and says what became of it. */
export function takeFromLost(jobs: JobTable, job: StoredJob, retainMs: number, now: number): RescuedJob["state"] {
  const crashes = job.crashes + 1;
  if (job.revocation !== undefined) {
    revoke(jobs, job, job.revocation, now);
    return "revoked";
  }
  if (job.ack === "early" || crashes > CRASHES_BEFORE_QUARANTINE) {
    failAsLost(jobs, job, retainMs, now, crashes);
    return "failed";
  }
  jobs.change(job, "ready", { crashes });
  return "ready";
}

function failAsLost(
  jobs: JobTable,
  job: StoredJob,
  retainMs: number,
  now: number,
  crashes: number = job.crashes,
): void {
  const error = toErrorRecord(
    new WorkerLost(`Worker ${job.worker} was lost with job ${job.id} of task "${job.task}"; ${reasonFor(job)}`, {
      details: { worker: job.worker, crashes },
    }),
  );
  jobs.change(job, "failed", { error, crashes, finishedAt: now, pruneAt: now + retainMs });
}

function reasonFor(job: StoredJob): string {
  if (job.ack === "early") return 'it acknowledges early (ack: "early"), so it is not run again.';
  return "it was alone in its process after two crashes before, so it is held to be the cause. Mend it, then retry it.";
}
