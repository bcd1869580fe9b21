import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { parseDuration } from "../../kernel/duration.ts";
import { defaults } from "../../kernel/options/defaults.ts";
import type { EngineAdapter, StoreReference, TestRunner } from "./adapter.ts";
import type { ConformanceTest, Need } from "./part.ts";
import type { FastCheck } from "./properties/fast-check.ts";
import { rescueInTime } from "./rescue-in-time.ts";
import { allTests, expectedTests } from "./suite.ts";
import { Trial } from "./trial.ts";

// Several leases of real time, and child processes that start on a busy machine.
const TIMEOUT_MS = 60_000;

/** What was registered for an engine: compare it with what you expect, so that no test falls away unseen. */
export interface ConformanceReport {
  /** Full names of the tests that run. */
  readonly run: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Registers the conformance suite for one engine. Each test opens a store of its own.
 *
 * @example
 * import fastCheck from "fast-check";
 * import { describe, expect, test } from "vitest";
 *
 * const report = describeEngine({ name: "mine", open: (reference) => openMine(reference), leaseMs: 1_000 }, { describe, test, fastCheck });
 * test("every test of the suite runs", () => expect(report.run.length).toBe(expectedTests - report.skipped.length));
 */
export function describeEngine(adapter: EngineAdapter, runner: TestRunner): ConformanceReport {
  assert.equal(allTests.length, expectedTests, "the suite has the number of tests that it says");
  const known = new Set(allTests.map(({ name }) => name));
  for (const name of Object.keys(adapter.skip ?? {})) assert.ok(known.has(name), `skipped test "${name}" exists`);
  const skipped = allTests.flatMap((one) => {
    const reason = skipReason(adapter, one);
    return reason === undefined ? [] : [{ name: one.name, reason }];
  });
  const reasons = new Map(skipped.map(({ name, reason }) => [name, reason]));
  printSkipped(adapter.name, skipped);
  runner.describe(`conformance of ${adapter.name}`, () => {
    for (const one of allTests) register(adapter, runner, one, reasons.get(one.name));
  });
  return { run: allTests.map(({ name }) => name).filter((name) => !reasons.has(name)), skipped };
}

/**
 * Registers the one slow test: a worker that is lost under the default lease of 15 s has its job run elsewhere in under
 * 20 s. Where processes share the engine, it is killed.
 *
 * @example
 * describeDefaultLease(adapter, { describe, test, fastCheck });
 */
export function describeDefaultLease(adapter: EngineAdapter, { describe, test, fastCheck }: TestRunner): void {
  const leaseMs = parseDuration(defaults["worker.lease"].value);
  assert.ok(leaseMs !== undefined);
  const slow = { ...adapter, leaseMs };
  const name = "rescue under the default lease (slow)";
  describe(`conformance of ${adapter.name}`, () => {
    const need = adapter.processes === undefined ? undefined : "processes";
    register(slow, { describe, test, fastCheck }, { name, need, run: rescueInTime }, undefined);
  });
}

/** One line for each reason: most runners count what they skip, and do not say why. */
function printSkipped(name: string, skipped: ConformanceReport["skipped"]): void {
  for (const [reason, tests = []] of Object.entries(Object.groupBy(skipped, (one) => one.reason))) {
    const parts = [...new Set(tests.map((one) => one.name.split(":")[0]))].join(", ");
    process.stderr.write(`conformance of ${name}: ${tests.length} tests skipped (${parts}): ${reason}\n`);
  }
}

function register(
  adapter: EngineAdapter,
  { test, fastCheck }: TestRunner,
  one: ConformanceTest,
  reason: string | undefined,
): void {
  const declare = mayOverlap(adapter, one) ? (test.concurrent ?? test) : test;
  if (reason === undefined) declare(one.name, () => runTest(adapter, one, fastCheck), TIMEOUT_MS);
  else test.skip(`${one.name} (skipped: ${reason})`, () => Promise.resolve());
}

/** Stores are apart. A clock that tests move, and an outage, concern every engine of the process. */
function mayOverlap(adapter: EngineAdapter, { need }: Pick<ConformanceTest, "need">): boolean {
  return adapter.advance === undefined && need !== "outage";
}

async function runTest(adapter: EngineAdapter, one: ConformanceTest, fastCheck: FastCheck): Promise<void> {
  const reference = one.need === undefined ? adapter.reuse?.() : undefined;
  const trial = new Trial(adapter, reference ?? newStore());
  try {
    await trial.begin();
    await one.run(trial, fastCheck);
  } finally {
    await trial.end();
  }
}

function newStore(): StoreReference {
  const name = `c${randomBytes(6).toString("hex")}`;
  return { store: name, namespace: name };
}

function skipReason(adapter: EngineAdapter, { name, need }: ConformanceTest): string | undefined {
  const reason = adapter.skip !== undefined && Object.hasOwn(adapter.skip, name) ? adapter.skip[name] : undefined;
  return reason ?? (need === undefined ? undefined : missing(adapter, need));
}

function missing(adapter: EngineAdapter, need: Need): string | undefined {
  switch (need) {
    case "processes":
      return adapter.processes === undefined ? "the engine serves one process" : undefined;
    case "outage":
      return adapter.outage === undefined ? "the store cannot be away: the adapter has no outage()" : undefined;
  }
}
