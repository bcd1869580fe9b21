import { describe, expect, test } from "vitest";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { describeEngine, expectedTests } from "../../../src/testing/conformance/index.ts";

const clock = new FakeClock({ startAt: Date.now() });

const report = describeEngine(
  {
    name: "memory",
    open: ({ namespace }) => createMemoryEngine({ namespace, clock }),
    leaseMs: 1_000,
    advance: (durationMs) => clock.advance(durationMs),
  },
  { describe, test },
);

test("nothing falls away unseen", () => {
  expect(report.skipped).toEqual([]);
  expect(report.run.length).toBe(expectedTests);
});
