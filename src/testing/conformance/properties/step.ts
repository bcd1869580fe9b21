import type { Arbitrary, FastCheck } from "./fast-check.ts";

/** What a walk can do next. */
export type Move =
  | ("push" | "pushAgain" | "claim" | "exchange" | "settle" | "repeat" | "promote")
  | ("beat" | "crash" | "leave" | "revoke" | "retry" | "expire" | "toggle");

/** Repeated as often as it is wanted among the others. */
const moves: readonly Move[] = [
  ...(["push", "push", "push", "claim", "claim", "claim", "claim", "exchange", "exchange"] as const),
  ...(["settle", "settle", "settle", "settle", "settle", "repeat", "promote", "promote", "pushAgain"] as const),
  ...(["beat", "beat", "crash", "crash", "leave", "revoke", "revoke", "retry", "expire", "toggle"] as const),
];

/** One move; the numbers choose among what is there when its turn comes, so that any part of a walk is a walk. */
export interface Step {
  readonly move: Move;
  readonly pick: number;
  readonly amount: number;
  readonly choice: number;
}

export function walks(fc: FastCheck, maxLength: number): Arbitrary<Step[]> {
  const step = fc.record({
    move: fc.constantFrom(...moves),
    pick: fc.nat({ max: 1_000 }),
    amount: fc.integer({ min: 1, max: 4 }),
    choice: fc.nat({ max: 11 }),
  });
  return fc.array(step, { minLength: 1, maxLength, size: "max" });
}
