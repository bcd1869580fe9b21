import { readNumber, readText } from "../database/row.ts";
import { finishExpired } from "../jobs/finish.ts";
import { readState } from "../jobs/record.ts";
import type { Work } from "../work.ts";

/** Revokes jobs that passed their expiry unclaimed, at most `max` of them. */
export function expire(work: Work, max: number, retainMs: number): number {
  const expired = work.statements.named("upkeep/expired").all({ now: work.nowMs, limit: max });
  for (const row of expired) {
    const lane = work.lanes.get(readNumber(row, 2));
    const job = { sequence: readNumber(row, 0), id: readText(row, 1), lane, state: readState(row, 3) };
    finishExpired(work, job, retainMs);
  }
  return expired.length;
}
