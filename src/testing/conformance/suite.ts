import type { ConformanceTest } from "./part.ts";
import { claimTests } from "./parts/claim.ts";
import { effectTests } from "./parts/effects.ts";
import { orderTests } from "./parts/order.ts";
import { pushTests } from "./parts/push.ts";
import { settleTests } from "./parts/settle.ts";

/** Every test of the suite, part by part. */
export const allTests: readonly ConformanceTest[] = [
  ...pushTests,
  ...claimTests,
  ...orderTests,
  ...settleTests,
  ...effectTests,
];

/**
 * How many tests the suite has. Written down, not counted: one that gets lost is noticed. An engine's own test compares
 * it with what ran and what was skipped.
 */
export const expectedTests: number = 48;
