import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";
import type { FastCheck } from "../properties/fast-check.ts";
import { walks } from "../properties/step.ts";
import { Walk } from "../properties/walk.ts";
import type { Trial } from "../trial.ts";

// A store on a disk does some 300 moves with their checks in that time, memory all of them in one second.
const TIME_LIMIT_MS = 10_000;

export const propertyTests: readonly ConformanceTest[] = definePart("properties", {
  "short random walks agree with the model": (trial, fc) => takeWalks(trial, fc, { walkCount: 150, maxLength: 12 }),
  "long random walks agree with the model": (trial, fc) => takeWalks(trial, fc, { walkCount: 60, maxLength: 80 }),
});

interface Extent {
  readonly walkCount: number;
  readonly maxLength: number;
}

/** A walk that fails is made small and printed by fast-check, with the seed and path that repeat it. */
async function takeWalks(trial: Trial, fc: FastCheck, { walkCount, maxLength }: Extent): Promise<void> {
  const endsAt = performance.now() + TIME_LIMIT_MS;
  let taken = 0;
  const property = fc.asyncProperty(walks(fc, maxLength), async (steps) => {
    // A walk that has begun is finished; those that are left over on a slow machine are not begun.
    if (performance.now() > endsAt) return;
    await new Walk(trial).run(steps);
    taken += 1;
  });
  await fc.assert(property, { numRuns: walkCount, ...trial.adapter.replay });
  assert.ok(taken > 0, "a walk was taken");
}
