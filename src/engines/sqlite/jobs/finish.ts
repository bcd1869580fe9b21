import { EXPIRY } from "../../../engine/index.ts";
import type { Work } from "../work.ts";
import { type End, endJob } from "./end.ts";
import type { FoundJob } from "./found-job.ts";
import { follow } from "./workflow/follow.ts";

/** Ends a job, and tells those who wait for it. */
export function finish(work: Work, job: FoundJob, end: End): void {
  endJob(work, job, end);
  if (job.node !== undefined) follow(work, { id: job.id, node: job.node, end });
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
