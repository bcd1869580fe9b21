import type { Revocation } from "../../../../kernel/job.ts";
import { isFinished } from "../../../../kernel/state.ts";
import { type Row, readOptionalText } from "../../database/row.ts";
import type { Work } from "../../work.ts";
import { type FoundJob, toFoundJob } from "../found-job.ts";
import { readRevocation } from "../record.ts";

/** A job that another's link leads to. */
export interface Target extends FoundJob {
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
    upstream: readOptionalText(row, 5),
    revocation: readRevocation(row, 6),
  };
}
