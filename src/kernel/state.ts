import type { FinishedState, JobState } from "./job.ts";

/**
 * The state machine of a job: from each state, the states that may follow. A finished job goes on only by `retry`, its own
 * or that of the job it waited for.
 */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ["ready", "scheduled", "failed", "revoked"],
  scheduled: ["ready", "revoked"],
  ready: ["active", "revoked"],
  active: ["succeeded", "failed", "revoked", "scheduled", "ready", "waiting"],
  succeeded: [],
  failed: ["ready", "waiting"],
  revoked: ["ready", "waiting"],
};

export const finishedStates: readonly FinishedState[] = ["succeeded", "failed", "revoked"];

export function isFinished(state: JobState): state is FinishedState {
  return state === "succeeded" || state === "failed" || state === "revoked";
}

export function canFollow(from: JobState, to: JobState): boolean {
  return transitions[from].includes(to);
}
