import type { ListRequest } from "../../../engine/index.ts";
import type { JobRecord } from "../../../kernel/job.ts";
import type { Work } from "../work.ts";
import { lanesOf } from "./filter.ts";
import { recordOf } from "./get.ts";

/** A page of jobs, newest first. */
export function listJobs(work: Work, { filter, cursor, limit }: ListRequest): readonly JobRecord[] {
  const lanes = lanesOf(work.lanes, filter);
  // Failed jobs are few among many, so they have an index of their own.
  const isFailedOnly = filter.states?.length === 1 && filter.states[0] === "failed";
  const parameters = {
    cursor: cursor ?? null,
    lanes: lanes === undefined ? null : JSON.stringify([...lanes].map(({ id }) => id)),
    limit,
  };
  const rows = isFailedOnly
    ? work.statements.named("inspect/list-failed").all(parameters)
    : work.statements
        .named("inspect/list")
        .all({ ...parameters, states: filter.states === undefined ? null : JSON.stringify(filter.states) });
  return rows.map((row) => recordOf(work, row));
}
