import fastCheck from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { describeEngine, expectedTests } from "../../../src/testing/conformance/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findRedis } from "../../support/servers/index.ts";
import { redisAdapter } from "./adapter.ts";

const redis = await findRedis();

if (redis.met) {
  const { adapter, close } = await redisAdapter(redis.url);
  afterAll(close);
  const report = describeEngine(adapter, { describe, test, fastCheck });

  test("nothing falls away unseen", () => {
    expect(report.skipped).toEqual([]);
    expect(report.run.length).toBe(expectedTests);
  });
} else {
  testRequiring(redis)("conformance of Redis", () => {});
}
