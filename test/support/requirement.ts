import { test } from "vitest";

/** Something that a test needs and that a machine may lack. */
export interface Requirement {
  /** As it is written in `LOVAGE_TEST_REQUIRE`. */
  readonly name: string;
  readonly met: boolean;
  /** The one line that installs it. */
  readonly install: string;
}

type DeclareTest = (name: string, run: () => Promise<void> | void, timeoutMs?: number) => void;

/**
 * Declares a test that needs something. Where it is missing the test is skipped, and says in its name what to install;
 * where `LOVAGE_TEST_REQUIRE` (names, by commas) lists it, as in CI, the test fails instead.
 */
export function testRequiring(...requirements: readonly Requirement[]): DeclareTest {
  const missing = requirements.filter(({ met }) => !met);
  const [first] = missing;
  if (first === undefined) return (name, run, timeoutMs) => test(name, { timeout: timeoutMs }, run);
  const reason = missing.map(({ name, install }) => `${name} is missing: ${install}`).join("; ");
  if (missing.some(({ name }) => requiredNames().includes(name))) {
    return (name) =>
      test(name, () => {
        throw new Error(`${reason}. LOVAGE_TEST_REQUIRE does not allow to skip this test.`);
      });
  }
  return (name) => test.skip(`${name} (${reason})`);
}

function requiredNames(): readonly string[] {
  return (process.env.LOVAGE_TEST_REQUIRE ?? "").split(",").map((name) => name.trim());
}
