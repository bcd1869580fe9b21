import type { JobState } from "../../../kernel/job.ts";

export type Counters = Record<JobState, number>;

/** The jobs of one task in one queue, with how many of them are in each state. */
export interface Lane {
  readonly id: number;
  readonly queue: string;
  readonly task: string;
  /** As they will be when this transaction commits. */
  readonly counters: Counters;
}

export function emptyCounters(): Counters {
  return { scheduled: 0, ready: 0, active: 0, waiting: 0, succeeded: 0, failed: 0, revoked: 0 };
}

/** How many jobs of a lane have not ended. */
export function unfinished(counters: Counters): number {
  return counters.scheduled + counters.ready + counters.active + counters.waiting;
}
