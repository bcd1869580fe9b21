import type { ClaimInterest } from "../../../engine/index.ts";

/** An idle worker of this process. */
export interface Waiter {
  /** Unique within this process. */
  readonly id: string;
  readonly interest: ClaimInterest;
}

/** Jobs of one queue and task that a commit has made ready. */
export interface ReadyJobs {
  readonly queue: string;
  readonly task: string;
  readonly count: number;
}
