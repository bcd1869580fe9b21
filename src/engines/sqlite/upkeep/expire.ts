import { isFinished } from "../../../kernel/state.ts";
import { finishExpired } from "../jobs/finish.ts";
import { findAgain, toFoundJob } from "../jobs/found-job.ts";
import type { Work } from "../work.ts";

/** Revokes jobs that passed their expiry unclaimed, at most `max` of them. */
export function expire(work: Work, max: number, retainMs: number): number {
  const expired = work.statements.named("upkeep/expired").all({ now: work.nowMs, limit: max });
  for (const row of expired) {
    const job = findAgain(work, toFoundJob(work, row));
    if (job !== undefined && !isFinished(job.state)) finishExpired(work, job, retainMs);
  }
  return expired.length;
}
