import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { createComposedEngine } from "../../../src/engines/composed/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { silentLogger } from "../../../src/kernel/logger.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../src/testing/conformance/index.ts";
import { skipsWithoutResults } from "./skips-without-results.ts";

const clock = new FakeClock({ startAt: Date.now() });

const adapter: EngineAdapter = {
  name: "memory, with no results",
  open({ namespace }) {
    const broker = createMemoryEngine({ namespace, clock });
    return createComposedEngine({ broker, results: undefined, clock, logger: silentLogger, holdMs: 0 });
  },
  leaseMs: 1_000,
  advance: (durationMs) => clock.advance(durationMs),
  skip: skipsWithoutResults,
};

const report = describeEngine(adapter, { describe, test, fastCheck });

test("nothing falls away unseen", () => {
  expect(report.run.length).toBe(197);
  expect(report.run.length + report.skipped.length).toBe(expectedTests);
});
