import { type ErrorRecord, toErrorRecord } from "../kernel/error-record.ts";
import { WorkerLost } from "../kernel/errors.ts";
import type { Revocation } from "../kernel/job.ts";

/**
 * How a job ends that passed its expiry before anyone claimed it. It is the same for all jobs, so that a script of the
 * store can write it: when the job expired is in its record.
 *
 * @example
 * end(job, { state: "revoked", revocation: EXPIRY });
 */
export const EXPIRY: Revocation = { by: "expiry", reason: "The job expired before a worker claimed it." };

/** A process runs such a job alone: what crashed twice may have taken its neighbours along, or they it. */
export const CRASHES_BEFORE_QUARANTINE = 2;

/**
 * Why a job that its worker will not settle does not run again. `early`: it was acknowledged at the claim. `crashes`: it
 * crashed once more than `CRASHES_BEFORE_QUARANTINE`, alone in its process.
 */
export type LossReason = "early" | "crashes";

const REASONS: Readonly<Record<LossReason, string>> = {
  early: 'It was pushed with ack "early", so it is not run again: retry it if a second run does no harm.',
  crashes:
    "Two workers were lost with it before, and this one ran nothing else, so the job is held to be the cause: " +
    "look for what ends the process (memory, a native crash, process.exit()), mend it, then retry the job.",
};

/**
 * The error, code `WORKER_LOST`, of a job that fails because its worker does not settle it. Only the worker's id varies
 * within a reason, so that a script of the store can put it in.
 *
 * @example
 * end(job, { state: "failed", error: workerLost("worker-1", "early") });
 */
export function workerLost(worker: string, reason: LossReason): ErrorRecord {
  const lost = new WorkerLost(
    `The job was given to worker ${worker}, which is gone or does not know of it. ${REASONS[reason]}`,
    {
      details: { worker },
    },
  );
  // A stack of the engine would not lead anyone to the cause.
  const { stack: _, ...record } = toErrorRecord(lost);
  return record;
}
