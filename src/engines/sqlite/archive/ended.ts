import type { FinishedJob } from "../../../engine/index.ts";
import { readNumber } from "../database/row.ts";
import { recordOf } from "../inspect/get.ts";
import type { Work } from "../work.ts";

// Column of `prune_at`, after those of `sql/inspect/get.sql`.
const PRUNE_AT = 26;

/** Jobs that ended at least so long ago and by themselves, those first whose retention ends first. */
export function endedJobs(
  work: Work,
  { max, forMs }: { readonly max: number; readonly forMs: number },
): readonly FinishedJob[] {
  const rows = work.statements.named("archive/ended").all({ until: work.nowMs - forMs, limit: max });
  return rows.map((row) => {
    const record = recordOf(work, row);
    return { record, retainMs: readNumber(row, PRUNE_AT) - (record.finishedAt ?? 0) };
  });
}
