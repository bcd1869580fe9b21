import type { FastCheck } from "./properties/fast-check.ts";
import type { Trial } from "./trial.ts";

/** What a test asks of the engine or its adapter; where it is missing, the test is skipped and says so. */
export type Need = "processes" | "outage";

export interface ConformanceTest {
  /** `part: test` */
  readonly name: string;
  readonly need: Need | undefined;
  run(trial: Trial, fastCheck: FastCheck): Promise<void>;
}

/** Tests of one part of the contract, by name. */
export function definePart(
  part: string,
  tests: Readonly<Record<string, ConformanceTest["run"]>>,
  need?: Need,
): readonly ConformanceTest[] {
  return Object.entries(tests).map(([name, run]) => ({ name: `${part}: ${name}`, need, run }));
}
