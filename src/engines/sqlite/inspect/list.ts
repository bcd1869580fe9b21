import type { ListRequest } from "../../../engine/index.ts";
import type { JobRecord, JobState } from "../../../kernel/job.ts";
import type { Row } from "../database/row.ts";
import type { Parameters } from "../database/statement.ts";
import type { Work } from "../work.ts";
import { countJobs, lanesOf } from "./filter.ts";
import { recordOf } from "./get.ts";

// So many are collected and sorted in about 20 ms; to find them among a million others by walking takes 350.
const MAX_SORTED = 10_000;

const liveStates: readonly JobState[] = ["scheduled", "ready", "active"];

/** A page of jobs, newest first, by the way that visits few jobs besides those it returns. */
export function listJobs(work: Work, { filter, cursor, limit }: ListRequest): readonly JobRecord[] {
  const lanes = lanesOf(work.lanes, filter);
  const parameters = {
    cursor: cursor ?? null,
    lanes: lanes === undefined ? null : JSON.stringify([...lanes].map(({ id }) => id)),
    limit,
  };
  return findRows(work, filter.states, parameters).map((row) => recordOf(work, row));
}

function findRows(work: Work, states: readonly JobState[] | undefined, parameters: Parameters): readonly Row[] {
  if (states?.length === 1 && states[0] === "failed")
    return work.statements.named("inspect/list-failed").all(parameters);
  if (states === undefined || !areFewAndLive(work, states)) {
    const filter = states === undefined ? null : JSON.stringify(states);
    return work.statements.named("inspect/list").all({ ...parameters, states: filter });
  }
  const isAsked = (state: JobState): number => (states.includes(state) ? 1 : 0);
  const asked = { scheduled: isAsked("scheduled"), ready: isAsked("ready"), active: isAsked("active") };
  return work.statements.named("inspect/list-live").all({ ...parameters, ...asked });
}

function areFewAndLive(work: Work, states: readonly JobState[]): boolean {
  return states.every((state) => liveStates.includes(state)) && countJobs(work.lanes, { states }) <= MAX_SORTED;
}
