import { describe, test } from "vitest";

/** Something that a test needs and that a machine may lack. */
export interface Requirement {
  /** As it is written in `LOVAGE_TEST_REQUIRE`. */
  readonly name: string;
  readonly met: boolean;
  /** The one line that installs it. */
  readonly install: string;
}

type DeclareTest = (name: string, run: () => Promise<void> | void, timeoutMs?: number) => void;
type DeclareTests = (name: string, declare: () => void) => void;

/**
 * Declares a test that needs something. Where it is missing the test is skipped, and says in its name what to install;
 * where `LOVAGE_TEST_REQUIRE` (names, by commas) lists it, as in CI, the test fails instead.
 */
export function testRequiring(...requirements: readonly Requirement[]): DeclareTest {
  const missing = missingOf(requirements);
  if (missing === undefined) return (name, run, timeoutMs) => test(name, { timeout: timeoutMs }, run);
  if (missing.mustFail) return (name) => declareFailure(name, missing);
  return (name) => test.skip(`${name} (${missing.reason})`);
}

/** As {@link testRequiring}, for a group of tests. */
export function describeRequiring(...requirements: readonly Requirement[]): DeclareTests {
  const missing = missingOf(requirements);
  if (missing === undefined) return (name, declare) => describe(name, declare);
  if (missing.mustFail) return (name) => declareFailure(name, missing);
  return (name, declare) => describe.skip(`${name} (${missing.reason})`, declare);
}

interface Missing {
  readonly reason: string;
  readonly mustFail: boolean;
}

function missingOf(requirements: readonly Requirement[]): Missing | undefined {
  const missing = requirements.filter(({ met }) => !met);
  if (missing.length === 0) return undefined;
  const required = (process.env.LOVAGE_TEST_REQUIRE ?? "").split(",").map((name) => name.trim());
  return {
    reason: missing.map(({ name, install }) => `${name} is missing: ${install}`).join("; "),
    mustFail: missing.some(({ name }) => required.includes(name)),
  };
}

function declareFailure(name: string, { reason }: Missing): void {
  test(name, () => {
    throw new Error(`${reason}. LOVAGE_TEST_REQUIRE does not allow to skip this test.`);
  });
}
