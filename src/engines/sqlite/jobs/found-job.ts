import type { JobState } from "../../../kernel/job.ts";
import { type Row, readNumber, readOptionalText, readText } from "../database/row.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";
import { readState } from "./record.ts";

/** A job as an operation found it. */
export interface FoundJob {
  readonly sequence: number;
  readonly id: string;
  readonly lane: Lane;
  readonly state: JobState;
  /** Its place in a workflow, as JSON: few who find a job look inside. */
  readonly node: string | undefined;
}

/** A row that begins with the sequence, the id, the lane, the state and the node. */
export function toFoundJob(work: Work, row: Row): FoundJob {
  return {
    sequence: readNumber(row, 0),
    id: readText(row, 1),
    lane: work.lanes.get(readNumber(row, 2)),
    state: readState(row, 3),
    node: readOptionalText(row, 4),
  };
}

export function findJob(work: Work, id: string): FoundJob | undefined {
  const row = work.statements.named("jobs/standing-by-id").get({ id });
  return row === undefined ? undefined : toFoundJob(work, row);
}

/** A job of a list that was read before others of it were changed: an end of one may have ended it, or let it go. */
export function findAgain(work: Work, job: FoundJob): FoundJob | undefined {
  return job.node === undefined ? job : findJob(work, job.id);
}
