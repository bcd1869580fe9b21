import fastCheck from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import {
  describeDefaultLease,
  describeEngine,
  type EngineAdapter,
  expectedTests,
} from "../../../src/testing/conformance/index.ts";

const clock = new FakeClock({ startAt: Date.now() });

const adapter: EngineAdapter = {
  name: "memory",
  open: ({ namespace }) => createMemoryEngine({ namespace, clock }),
  leaseMs: 1_000,
  advance: (durationMs) => clock.advance(durationMs),
};

const report = describeEngine(adapter, { describe, test, fastCheck });
describeDefaultLease(adapter, { describe, test, fastCheck });

test("nothing falls away unseen", () => {
  const parts = new Set(report.skipped.map(({ name }) => name.split(":")[0]));
  expect([...parts]).toEqual(["outage", "processes", "death"]);
  expect(report.run.length + report.skipped.length).toBe(expectedTests);
});
