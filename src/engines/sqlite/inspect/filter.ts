import type { JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { readNumber } from "../database/row.ts";
import type { Parameters } from "../database/statement.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { Work } from "../work.ts";

/** The lanes whose jobs can fit a filter; `undefined` when every lane can. */
export function lanesOf(lanes: Lanes, { tasks, queues }: JobFilter): ReadonlySet<Lane> | undefined {
  if (tasks === undefined && queues === undefined) return undefined;
  const fitting = new Set<Lane>();
  for (const lane of lanes.all()) {
    if ((tasks?.includes(lane.task) ?? true) && (queues?.includes(lane.queue) ?? true)) fitting.add(lane);
  }
  return fitting;
}

/** The same as a list for a statement. */
export function laneIdsOf(lanes: Lanes, filter: JobFilter): string | null {
  const fitting = lanesOf(lanes, filter);
  return fitting === undefined ? null : JSON.stringify([...fitting].map(({ id }) => id));
}

/** How many jobs fit a filter and are in one of these states. Only those of a workflow are looked at. */
export function countJobs({ lanes, statements }: Work, filter: JobFilter, among?: ReadonlySet<JobState>): number {
  const states = statesOf(filter, among);
  if (filter.workflow === undefined) return countByLane(lanesOf(lanes, filter) ?? lanes.all(), states);
  const row = statements.named("inspect/count-workflow").get({
    ...toParameters(lanes, filter, states),
    workflow: filter.workflow,
  });
  return row === undefined ? 0 : readNumber(row, 0);
}

/** How many of these jobs lack what they wait for, or waited for. */
export function countLacking({ lanes, statements }: Work, filter: JobFilter, among: ReadonlySet<JobState>): number {
  const row = statements.named("inspect/count-missing").get({
    ...toParameters(lanes, filter, statesOf(filter, among)),
    workflow: filter.workflow ?? null,
  });
  return row === undefined ? 0 : readNumber(row, 0);
}

/** From the counters: no job is looked at. */
function countByLane(lanes: Iterable<Lane>, states: readonly JobState[]): number {
  let count = 0;
  for (const { counters } of lanes) for (const state of states) count += counters[state];
  return count;
}

function toParameters(lanes: Lanes, filter: JobFilter, states: readonly JobState[]): Parameters {
  return { states: JSON.stringify(states), lanes: laneIdsOf(lanes, filter) };
}

function statesOf({ states }: JobFilter, among?: ReadonlySet<JobState>): readonly JobState[] {
  return [...new Set(states ?? allStates)].filter((state) => among?.has(state) ?? true);
}

const allStates: readonly JobState[] = ["scheduled", "ready", "active", "waiting", "succeeded", "failed", "revoked"];
