import { allTests } from "../../../src/testing/conformance/suite.ts";

/** Tests of the suite that a composed engine cannot pass, each with its reason. */
export const skips: Readonly<Record<string, string>> = Object.fromEntries(
  allTests
    .filter(({ name }) => name.startsWith("archive: "))
    .map(({ name }) => [name, "a composed engine is no side of another composition"]),
);
