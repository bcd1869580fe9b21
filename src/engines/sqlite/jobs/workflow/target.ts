import type { Revocation, When } from "../../../../kernel/job.ts";
import { isFinished } from "../../../../kernel/state.ts";
import { type Row, readOptionalText } from "../../database/row.ts";
import type { Work } from "../../work.ts";
import { type FoundJob, toFoundJob } from "../found-job.ts";
import { readRevocation } from "../record.ts";

/** A job that another's link leads to. */
export interface Target extends FoundJob {
  /** How long it is delayed once its slots are filled. */
  readonly delay: When | undefined;
  readonly upstream: string | undefined;
  readonly revocation: Revocation | undefined;
}

export function findTarget(work: Work, id: string): Target | undefined {
  const row = work.statements.named("jobs/target").get({ id });
  return row === undefined ? undefined : toTarget(work, row);
}

/** Whether it ended because what it waited for did not come. */
export function isBroken({ state, upstream, revocation }: Target): boolean {
  return isFinished(state) && upstream !== undefined && revocation?.by !== "workflow";
}

function toTarget(work: Work, row: Row): Target {
  return {
    ...toFoundJob(work, row),
    delay: readDelay(row, 5),
    upstream: readOptionalText(row, 6),
    revocation: readRevocation(row, 7),
  };
}

// A constraint of the table keeps text out that is not JSON.
function readDelay(row: Row, column: number): When | undefined {
  const text = readOptionalText(row, column);
  return text === undefined ? undefined : (JSON.parse(text) as When);
}
