import type { JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Lanes } from "../lanes/lanes.ts";

/** The lanes whose jobs can fit a filter; `undefined` when every lane can. */
export function lanesOf(lanes: Lanes, { tasks, queues }: JobFilter): ReadonlySet<Lane> | undefined {
  if (tasks === undefined && queues === undefined) return undefined;
  const fitting = new Set<Lane>();
  for (const lane of lanes.all()) {
    if ((tasks?.includes(lane.task) ?? true) && (queues?.includes(lane.queue) ?? true)) fitting.add(lane);
  }
  return fitting;
}

/** How many jobs fit a filter and are in one of these states, from the counters: no job is looked at. */
export function countJobs(lanes: Lanes, filter: JobFilter, among?: ReadonlySet<JobState>): number {
  let count = 0;
  for (const { counters } of lanesOf(lanes, filter) ?? lanes.all()) {
    for (const state of new Set(filter.states ?? allStates)) if (among?.has(state) ?? true) count += counters[state];
  }
  return count;
}

const allStates: readonly JobState[] = ["scheduled", "ready", "active", "waiting", "succeeded", "failed", "revoked"];
