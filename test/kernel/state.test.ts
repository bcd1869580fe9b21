import { expect, test } from "vitest";
import type { JobState } from "../../src/kernel/job.ts";
import { canFollow, finishedStates, isFinished, transitions } from "../../src/kernel/state.ts";

const states: readonly JobState[] = ["waiting", "scheduled", "ready", "active", "succeeded", "failed", "revoked"];

function reachableFrom(start: JobState): Set<JobState> {
  const reached = new Set<JobState>([start]);
  for (const state of reached) for (const next of transitions[state]) reached.add(next);
  return reached;
}

test("seven states, three of which are finished", () => {
  expect(Object.keys(transitions)).toEqual(states);
  expect(states.filter(isFinished)).toEqual(finishedStates);
});

test("every job can end, and a finished one goes on only by a retry", () => {
  for (const state of states) expect([...reachableFrom(state)].some(isFinished)).toBe(true);
  for (const state of finishedStates)
    expect(transitions[state].every((next) => next === "ready" || next === "waiting")).toBe(true);
  expect(transitions.succeeded).toEqual([]);
});

test("only a ready job is claimed, and only an active one succeeds, is put back or replaced", () => {
  expect(states.filter((state) => canFollow(state, "active"))).toEqual(["ready"]);
  expect(states.filter((state) => canFollow(state, "succeeded"))).toEqual(["active"]);
  expect(canFollow("active", "scheduled")).toBe(true);
  expect(canFollow("active", "ready")).toBe(true);
  expect(canFollow("active", "waiting")).toBe(true);
  expect(canFollow("ready", "waiting")).toBe(false);
});

test("whatever has not ended can be revoked", () => {
  const live = states.filter((state) => !isFinished(state));
  expect(live.filter((state) => canFollow(state, "revoked"))).toEqual(live);
});
