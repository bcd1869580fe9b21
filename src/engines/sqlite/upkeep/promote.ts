import { readNumber } from "../database/row.ts";
import { makeReady } from "../jobs/finish.ts";
import { toFoundJob } from "../jobs/found-job.ts";
import type { Work } from "../work.ts";

/** What was promoted, and how long until more is due. */
export interface Promotion {
  readonly promoted: number;
  readonly nextDueInMs: number | undefined;
}

/** Makes due jobs ready, at most `max` of them. */
export function promote(work: Work, max: number): Promotion {
  const due = work.statements.named("upkeep/due").all({ now: work.nowMs, limit: max });
  for (const row of due) makeReady(work, toFoundJob(work, row));
  const next = work.statements.named("upkeep/next-due").get();
  const nextDueInMs = next === undefined ? undefined : Math.max(0, readNumber(next, 0) - work.nowMs);
  return { promoted: due.length, nextDueInMs };
}
