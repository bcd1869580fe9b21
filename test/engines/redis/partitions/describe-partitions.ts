import fastCheck from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { openEngine, URL_VARIABLE } from "../conformance-engine.ts";
import { PARTITIONS, urlOf } from "./cluster.ts";

/** Runs the suite on a Cluster of three nodes, each of which has one partition. */
export async function describePartitions(given: Required<Pick<EngineAdapter, "spread" | "skip">>): Promise<void> {
  const name = `Redis Cluster with ${PARTITIONS} partitions, jobs ${given.spread ? "in all of them" : "beside each other"}`;
  if (!redisClusterProgram.met) {
    testRequiring(redisClusterProgram)(`conformance of ${name}`, () => {});
    return;
  }
  const cluster = await startRedisCluster();
  process.env[URL_VARIABLE] = urlOf(cluster);
  afterAll(() => cluster.close());

  const processes = { module: new URL("../conformance-engine.ts", import.meta.url).href };
  const adapter: EngineAdapter = { name, open: openEngine, leaseMs: 1_000, processes, ...given };
  const report = describeEngine(adapter, { describe, test, fastCheck });

  test("nothing falls away unseen", () => {
    const others = report.skipped.filter((skipped) => !Object.hasOwn(given.skip, skipped.name));
    expect([...new Set(others.map((other) => other.name.split(":")[0]))]).toEqual(["outage"]);
    expect(report.run.length + report.skipped.length).toBe(expectedTests);
  });
}
