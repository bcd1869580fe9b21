import type { JobFilter, ListRequest } from "../../../engine/index.ts";
import type { JobRecord, JobState } from "../../../kernel/job.ts";
import type { Row } from "../database/row.ts";
import type { Parameters } from "../database/statement.ts";
import type { Work } from "../work.ts";
import { countJobs, laneIdsOf } from "./filter.ts";
import { recordOf } from "./get.ts";

// So many are collected and sorted in about 20 ms; to find them among a million others by walking takes 350.
const MAX_SORTED = 10_000;

const liveStates: readonly JobState[] = ["scheduled", "ready", "active", "waiting"];

/** A page of jobs, newest first, by the way that visits few jobs besides those it returns. */
export function listJobs(work: Work, { filter, cursor, limit }: ListRequest): readonly JobRecord[] {
  const parameters = { cursor: cursor ?? null, lanes: laneIdsOf(work.lanes, filter), limit };
  return findRows(work, filter, parameters).map((row) => recordOf(work, row));
}

function findRows(work: Work, { states, workflow }: JobFilter, parameters: Parameters): readonly Row[] {
  const listed = states === undefined ? null : JSON.stringify(states);
  if (workflow !== undefined)
    return work.statements.named("inspect/list-workflow").all({ ...parameters, states: listed, workflow });
  if (states?.length === 1 && states[0] === "failed")
    return work.statements.named("inspect/list-failed").all(parameters);
  if (states === undefined || !areFewAndLive(work, states))
    return work.statements.named("inspect/list").all({ ...parameters, states: listed });
  const isAsked = (state: JobState): number => (states.includes(state) ? 1 : 0);
  const asked = Object.fromEntries(liveStates.map((state) => [state, isAsked(state)]));
  return work.statements.named("inspect/list-live").all({ ...parameters, ...asked });
}

function areFewAndLive(work: Work, states: readonly JobState[]): boolean {
  return states.every((state) => liveStates.includes(state)) && countJobs(work, { states }) <= MAX_SORTED;
}
