import fastCheck from "fast-check";
import { afterAll, describe, test } from "vitest";
import { describeEngine, type EngineAdapter } from "../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { redisClusterProgram, startRedisCluster } from "../../support/servers/index.ts";
import { openEngine, URL_VARIABLE } from "./conformance-engine.ts";

if (redisClusterProgram.met) {
  const cluster = await startRedisCluster();
  process.env[URL_VARIABLE] = `redis+cluster://${cluster.masters.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  afterAll(() => cluster.close());

  const adapter: EngineAdapter = {
    name: "Redis Cluster",
    open: openEngine,
    leaseMs: 1_000,
    processes: { module: new URL("./conformance-engine.ts", import.meta.url).href },
  };
  describeEngine(adapter, { describe, test, fastCheck });
} else {
  testRequiring(redisClusterProgram)("conformance of Redis Cluster", () => {});
}
