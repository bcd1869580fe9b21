import { toFoundJob } from "../jobs/found-job.ts";
import { removeJob } from "../jobs/remove.ts";
import type { Work } from "../work.ts";

/**
 * Removes finished jobs past their retention, then those over `maxFinished`, which would go first by their retention,
 * then lapsed keys and records: at most `max` of each kind.
 */
export function prune(work: Work, max: number, maxFinished: number): number {
  const past = removeUntil(work, work.nowMs, max);
  const excess = Math.min(max - past, countFinished(work) - maxFinished);
  const over = excess > 0 ? removeUntil(work, Number.MAX_SAFE_INTEGER, excess) : 0;
  work.statements.named("upkeep/lapsed-keys").run({ now: work.nowMs, limit: max });
  work.statements.named("records/delete-gone").run({ now: work.nowMs, limit: max });
  return past + over;
}

function removeUntil(work: Work, until: number, limit: number): number {
  const rows = work.statements.named("upkeep/prunable").all({ until, limit });
  for (const row of rows) removeJob(work, toFoundJob(work, row));
  return rows.length;
}

function countFinished(work: Work): number {
  let count = 0;
  for (const { counters } of work.lanes.all()) count += counters.succeeded + counters.failed + counters.revoked;
  return count;
}
