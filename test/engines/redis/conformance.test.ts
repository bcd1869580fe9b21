import fastCheck from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  describeDefaultLease,
  describeEngine,
  type EngineAdapter,
  expectedTests,
} from "../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findRedis, startProxy } from "../../support/servers/index.ts";
import { openEngine, URL_VARIABLE } from "./conformance-engine.ts";
import { removeKeys } from "./keys.ts";

const redis = await findRedis();

if (redis.met) {
  const proxy = await startProxy(redis.url);
  process.env[URL_VARIABLE] = proxy.url;
  afterAll(() => proxy.close());

  const adapter: EngineAdapter = {
    name: "Redis",
    open: openEngine,
    leaseMs: 1_000,
    processes: { module: new URL("./conformance-engine.ts", import.meta.url).href },
    async outage() {
      // The worst of outages: nothing says that it is one.
      proxy.blackhole();
      return { end: () => proxy.pass() };
    },
    discard: (reference) => removeKeys(redis.url, `lovage:{${reference.store}.*`),
  };

  const report = describeEngine(adapter, { describe, test, fastCheck });
  describeDefaultLease(adapter, { describe, test, fastCheck });

  test("nothing falls away unseen", () => {
    expect(report.skipped).toEqual([]);
    expect(report.run.length).toBe(expectedTests);
  });
} else {
  testRequiring(redis)("conformance of Redis", () => {});
}
