import type { RescuedJob } from "../../../engine/liveness.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { WorkerLost } from "../../../kernel/errors.ts";
import type { Revocation } from "../../../kernel/job.ts";
import { CRASHES_BEFORE_QUARANTINE, type StoredJob } from "./job.ts";
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
  const reason = `It was not claimed before it expired at ${new Date(job.expiresAt ?? now).toISOString()}.`;
  revoke(jobs, job, { by: "expiry", reason, retainMs }, now);
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
  const lost = `Worker ${job.worker} was given job ${job.id} of task "${job.task}" and does not know of it`;
  const error = toErrorRecord(new WorkerLost(`${lost}; ${earlyAdvice}`, { details: { worker: job.worker } }));
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
  const lost = `Worker ${job.worker} was lost while it ran job ${job.id} of task "${job.task}"`;
  const advice = job.ack === "early" ? earlyAdvice : poisonAdvice;
  const error = toErrorRecord(new WorkerLost(`${lost}; ${advice}`, { details: { worker: job.worker, crashes } }));
  jobs.change(job, "failed", { error, crashes, finishedAt: now, pruneAt: now + retainMs });
  return "failed";
}

const earlyAdvice = 'it acknowledges early (ack: "early"), so it is not run again unless you retry it.';
const poisonAdvice =
  "it was alone in its process after two crashes before, so it is held to be the cause: mend it, then retry it.";
