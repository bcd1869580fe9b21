import { readNumber, readText } from "../database/row.ts";
import type { FoundJob } from "../jobs/finish.ts";
import { readState } from "../jobs/record.ts";
import type { Work } from "../work.ts";

export interface StandingJob extends FoundJob {
  readonly version: number;
}

export function standingJob(work: Work, id: string): StandingJob | undefined {
  const row = work.statements.named("archive/standing").get({ id });
  if (row === undefined) return undefined;
  const lane = work.lanes.get(readNumber(row, 2));
  const version = readNumber(row, 4);
  return { sequence: readNumber(row, 0), id: readText(row, 1), lane, state: readState(row, 3), version };
}

/** Removes a job that is kept elsewhere, or stored anew: counted, and nobody is told. */
export function forget(work: Work, { sequence, lane, state }: FoundJob): void {
  work.statements.hot("jobs/delete").run(sequence);
  work.statements.hot("jobs/delete-progress").run(sequence);
  work.lanes.move(lane, state, undefined);
}
