import type { JobRecord } from "../../../kernel/job.ts";
import { type Row, readNumber } from "../database/row.ts";
import { toJobRecord } from "../jobs/record.ts";
import type { Work } from "../work.ts";

/** Jobs by their ids, in that order. */
export function getJobs(work: Work, ids: readonly string[]): readonly (JobRecord | undefined)[] {
  const get = work.statements.hot("inspect/get");
  return ids.map((id) => {
    const row = get.get(id);
    return row === undefined ? undefined : recordOf(work, row);
  });
}

/** A row of `sql/inspect/get.sql` or `list.sql` with the names of its lane. */
export function recordOf(work: Work, row: Row): JobRecord {
  const { queue, task } = work.lanes.get(readNumber(row, 2));
  return toJobRecord(row, queue, task);
}
