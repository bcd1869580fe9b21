import type { Revocation } from "../../../kernel/job.ts";
import { type Row, readNumber, readOptionalNumber } from "../database/row.ts";
import { type FoundJob, toFoundJob } from "../jobs/found-job.ts";
import { readRevocation } from "../jobs/record.ts";
import type { Work } from "../work.ts";

/** A job that a worker holds by the engine's account. */
export interface ActiveJob extends FoundJob {
  readonly fence: number;
  readonly exchange: number;
  readonly isEarly: boolean;
  readonly crashes: number;
  readonly revocation: Revocation | undefined;
  /** How long it can be looked at if it ends without its worker. */
  readonly retainMs: number;
}

/** The jobs that a worker holds, at most `max` of them, in push order. */
export function activeOf(work: Work, worker: string, max: number = Number.MAX_SAFE_INTEGER): ActiveJob[] {
  return work.statements
    .named("liveness/active")
    .all({ worker, limit: max })
    .map((row) => toActiveJob(work, row));
}

function toActiveJob(work: Work, row: Row): ActiveJob {
  return {
    ...toFoundJob(work, row),
    fence: readNumber(row, 5),
    exchange: readNumber(row, 6),
    isEarly: readNumber(row, 7) === 1,
    crashes: readNumber(row, 8),
    revocation: readRevocation(row, 9),
    retainMs: readOptionalNumber(row, 11) ?? 0,
  };
}
