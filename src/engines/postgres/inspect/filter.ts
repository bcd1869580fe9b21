import type { JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Statement } from "../client/connection.ts";
import { readSql } from "../database/texts.ts";

/** States, tasks, queues and the workflow as the statements take them: null fits any job, an empty list none. */
export function encodeFilter({ states, tasks, queues, workflow }: JobFilter): readonly (Buffer | string | null)[] {
  const lists = [states, tasks, queues].map((list) => (list === undefined ? null : texts(list)));
  return [...lists, workflow ?? null];
}

/** How many jobs fit: from the counters, except of a workflow, whose jobs are looked at. */
export function countStatement(filter: JobFilter, schema: string): Statement {
  const values = encodeFilter(filter);
  if (filter.workflow === undefined) return { text: readSql("inspect/count", schema), values: values.slice(0, -1) };
  return { text: readSql("inspect/count-workflow", schema), values };
}

/** The filter, narrowed to these states. */
export function among(filter: JobFilter, states: ReadonlySet<JobState>): JobFilter {
  return { ...filter, states: [...states].filter((state) => filter.states?.includes(state) ?? true) };
}
