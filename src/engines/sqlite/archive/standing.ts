import { readNumber } from "../database/row.ts";
import { type FoundJob, toFoundJob } from "../jobs/found-job.ts";
import { deleteJob } from "../jobs/remove.ts";
import type { Work } from "../work.ts";

export interface StandingJob extends FoundJob {
  readonly version: number;
}

export function standingJob(work: Work, id: string): StandingJob | undefined {
  const row = work.statements.named("archive/standing").get({ id });
  return row === undefined ? undefined : { ...toFoundJob(work, row), version: readNumber(row, 5) };
}

/** Removes a job that is kept elsewhere, or stored anew: counted, and nobody is told. */
export function forget(work: Work, job: FoundJob): void {
  deleteJob(work, job);
  work.lanes.move(job.lane, job.state, undefined);
}
