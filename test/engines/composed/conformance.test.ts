import fastCheck from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createComposedEngine } from "../../../src/engines/composed/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { silentLogger } from "../../../src/kernel/logger.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../src/testing/conformance/index.ts";
import { propertyTests } from "../../../src/testing/conformance/parts/properties.ts";
import { Trial } from "../../../src/testing/conformance/trial.ts";
import { skips } from "./skips.ts";

const clock = new FakeClock({ startAt: Date.now() });

function open(namespace: string, holdMs: number): Engine {
  return createComposedEngine({
    broker: createMemoryEngine({ namespace, clock }),
    results: createMemoryEngine({ namespace, clock }),
    clock,
    logger: silentLogger,
    holdMs,
  });
}

const adapter: EngineAdapter = {
  name: "memory, with results in memory",
  open: ({ namespace }) => open(namespace, 0),
  leaseMs: 1_000,
  advance: (durationMs) => clock.advance(durationMs),
  skip: skips,
};

const report = describeEngine(adapter, { describe, test, fastCheck });

test("nothing falls away unseen", () => {
  const parts = new Set(report.skipped.map(({ name }) => name.split(":")[0]));
  expect([...parts].sort()).toEqual(["archive", "death", "outage", "processes", "properties"]);
  expect(report.run.length + report.skipped.length).toBe(expectedTests);
});

test.each(propertyTests)("before anything has moved, $name", { timeout: 60_000 }, async (one) => {
  // Longer than a walk.
  const still: EngineAdapter = { ...adapter, open: ({ namespace }) => open(namespace, 1e12) };
  const trial = new Trial(still, { store: "walk", namespace: "walk" });
  onTestFinished(() => trial.end());
  await trial.begin();
  await one.run(trial, fastCheck);
});
