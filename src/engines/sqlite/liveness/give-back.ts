import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { WorkerLost } from "../../../kernel/errors.ts";
import { finish, makeReady } from "../jobs/finish.ts";
import type { Work } from "../work.ts";
import type { ActiveJob } from "./active.ts";

/** A job that crashed so often while it was alone in its process takes its worker along, whatever the neighbours. */
const MAX_CRASHES = 3;

/** What becomes of a job that no worker will settle: the state it is given. `crashes`: 1 where it may have caused it. */
export function giveBack(
  work: Work,
  job: ActiveJob,
  loss: { readonly worker: string; readonly crashes: 0 | 1; readonly retainMs: number },
): "ready" | "failed" | "revoked" {
  const { crashes, retainMs } = loss;
  if (job.revocation !== undefined) {
    finish(work, job, { state: "revoked", retainMs, revocation: job.revocation, crashes });
    return "revoked";
  }
  if (job.isEarly || job.crashes + crashes >= MAX_CRASHES) {
    finish(work, job, { state: "failed", retainMs, error: workerLost(job, loss.worker), crashes });
    return "failed";
  }
  makeReady(work, job, crashes);
  return "ready";
}

function workerLost(job: ActiveJob, worker: string): ErrorRecord {
  const reason = job.isEarly
    ? 'It was pushed with ack "early", so it does not run again.'
    : `It was the third worker lost with this job, the last one with no other job, so it is not run again. Look for what ends the process: memory, a native crash, process.exit().`;
  const { stack: _, ...record } = toErrorRecord(
    new WorkerLost(`Worker ${worker} was lost while it held job ${job.id}. ${reason}`, { details: { worker } }),
  );
  return record;
}
