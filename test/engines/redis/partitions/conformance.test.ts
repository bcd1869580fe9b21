import fastCheck from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { openEngine, URL_VARIABLE } from "../conformance-engine.ts";
import { urlOf } from "./cluster.ts";
import { skips } from "./skips.ts";

if (redisClusterProgram.met) {
  const cluster = await startRedisCluster();
  process.env[URL_VARIABLE] = urlOf(cluster);
  afterAll(() => cluster.close());

  const adapter: EngineAdapter = {
    name: "Redis Cluster with 3 partitions",
    open: openEngine,
    leaseMs: 1_000,
    processes: { module: new URL("../conformance-engine.ts", import.meta.url).href },
    skip: skips,
  };
  const report = describeEngine(adapter, { describe, test, fastCheck });

  test("nothing falls away unseen", () => {
    const unexpected = report.skipped.filter(({ name }) => !Object.hasOwn(skips, name));
    expect([...new Set(unexpected.map(({ name }) => name.split(":")[0]))]).toEqual(["outage"]);
    expect(report.run.length + report.skipped.length).toBe(expectedTests);
  });
} else {
  testRequiring(redisClusterProgram)("conformance of Redis Cluster with partitions", () => {});
}
