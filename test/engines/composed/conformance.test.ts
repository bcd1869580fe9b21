import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { createComposedEngine } from "../../../src/engines/composed/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { silentLogger } from "../../../src/kernel/logger.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../src/testing/conformance/index.ts";
import { skips } from "./skips.ts";

const clock = new FakeClock({ startAt: Date.now() });

const adapter: EngineAdapter = {
  name: "memory, with results in memory",
  open: ({ namespace }) =>
    createComposedEngine({
      broker: createMemoryEngine({ namespace, clock }),
      results: createMemoryEngine({ namespace, clock }),
      clock,
      logger: silentLogger,
      holdMs: 0,
    }),
  leaseMs: 1_000,
  advance: (durationMs) => clock.advance(durationMs),
  skip: skips,
};

const report = describeEngine(adapter, { describe, test, fastCheck });

test("nothing falls away unseen", () => {
  const parts = new Set(report.skipped.map(({ name }) => name.split(":")[0]));
  expect([...parts].sort()).toEqual(["archive", "death", "outage", "processes"]);
  expect(report.run.length + report.skipped.length).toBe(expectedTests);
});
