import type { JobState } from "../../../kernel/job.ts";

const statesByNumber: readonly (JobState | undefined)[] = [
  undefined,
  ...(["waiting", "scheduled", "ready", "active", "succeeded", "failed", "revoked"] as const),
];

/** The number under which a state is stored. */
export function numberOf(state: JobState): number {
  return statesByNumber.indexOf(state);
}

/** @throws RangeError for a number that is no state's. */
export function stateNumbered(number: number): JobState {
  const state = statesByNumber[number];
  if (state === undefined) throw new RangeError(`No state has the number ${number}.`);
  return state;
}
