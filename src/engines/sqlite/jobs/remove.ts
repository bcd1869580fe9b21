import { REMOVED } from "../../../engine/index.ts";
import { isFinished } from "../../../kernel/state.ts";
import type { Work } from "../work.ts";
import { finish } from "./finish.ts";
import type { FoundJob } from "./found-job.ts";

/** Removes a job; for those who wait for it, it was revoked. */
export function removeJob(work: Work, job: FoundJob): void {
  const isAwaited = job.node !== undefined && !isFinished(job.state);
  if (isAwaited) finish(work, job, { state: "revoked", retainMs: 0, revocation: REMOVED });
  const state = isAwaited ? "revoked" : job.state;
  deleteJob(work, job);
  work.moved(job.lane, job.id, state, undefined);
}

/** Deletes a job with its progress and its slots. Its idempotency key stays until it lapses. */
export function deleteJob(work: Work, { sequence, node }: FoundJob): void {
  work.statements.hot("jobs/delete").run(sequence);
  work.statements.hot("jobs/delete-progress").run(sequence);
  if (node !== undefined) work.statements.hot("slots/delete").run(sequence);
}
