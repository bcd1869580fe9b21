import { EXPIRY } from "../../../engine/endings.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { FinishedState, JobState, Revocation } from "../../../kernel/job.ts";
import { toInstant } from "../instant.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";

/** A job as an operation found it. */
export interface FoundJob {
  readonly sequence: number;
  readonly id: string;
  readonly lane: Lane;
  readonly state: JobState;
}

/** How a job ends that did not succeed. */
export interface Ending {
  readonly state: Exclude<FinishedState, "succeeded">;
  readonly retainMs: number;
  readonly error?: ErrorRecord;
  readonly revocation?: Revocation;
  /** Added to what the job has; 0 when absent. */
  readonly failures?: number;
  readonly crashes?: number;
}

/** Ends a job without a result. */
export function finish(work: Work, job: FoundJob, ending: Ending): void {
  work.statements.named("jobs/finish").run({
    sequence: job.sequence,
    state: ending.state,
    finished_at: work.nowMs,
    prune_at: toInstant(work.nowMs + ending.retainMs),
    failures: ending.failures ?? 0,
    crashes: ending.crashes ?? 0,
    error: ending.error === undefined ? null : JSON.stringify(ending.error),
    revoked_by: ending.revocation?.by ?? null,
    revoked_reason: ending.revocation?.reason ?? null,
  });
  work.moved(job.lane, job.id, job.state, ending.state);
}

/** Revokes a job that passed its expiry before anyone claimed it. */
export function finishExpired(work: Work, job: FoundJob, retainMs: number): void {
  finish(work, job, { state: "revoked", retainMs, revocation: EXPIRY });
}

/** Makes a job ready that a worker held, or that was scheduled. */
export function makeReady(work: Work, job: FoundJob, crashes: number = 0): void {
  work.statements.named("jobs/ready-again").run({ sequence: job.sequence, crashes });
  work.moved(job.lane, job.id, job.state, "ready");
}
