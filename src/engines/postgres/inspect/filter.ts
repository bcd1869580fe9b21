import type { JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";

/** States, tasks and queues as the statements take them: null fits any job, an empty list none. */
export function encodeFilter({ states, tasks, queues }: JobFilter): readonly (Buffer | null)[] {
  return [states, tasks, queues].map((list) => (list === undefined ? null : texts(list)));
}

/** The filter, narrowed to these states. */
export function among(filter: JobFilter, states: ReadonlySet<JobState>): JobFilter {
  return { ...filter, states: [...states].filter((state) => filter.states?.includes(state) ?? true) };
}
