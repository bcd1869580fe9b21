import { expect, onTestFinished } from "vitest";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { redisProgram, startRedis } from "../../support/servers/index.ts";
import { openEngine } from "./setup.ts";

const test = testRequiring(redisProgram);

test("a dry run says that there is no namespace yet, and makes none", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const { maintenance } = createRedisEngine({ url: redis.url });
  const beginning = { from: 0, to: 1, applied: ["begin the namespace"] };
  expect(await maintenance.migrate({ dryRun: true })).toEqual(beginning);
  expect(await redis.ask("DBSIZE")).toBe(0);
  expect(await maintenance.migrate({ dryRun: false })).toEqual(beginning);
  expect(await maintenance.migrate({ dryRun: true })).toEqual({ from: 1, to: 1, applied: [] });
  await openEngine(redis.url);
});

test("a dry run finds a namespace of a newer format, and a server that is not there", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  await redis.ask("HSET", "lovage:{lovage}:meta", "format", "99");
  const newer = createRedisEngine({ url: redis.url }).maintenance.migrate({ dryRun: true });
  await expect(newer).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
  const absent = createRedisEngine({ url: "redis://127.0.0.1:1" }).maintenance.migrate({ dryRun: true });
  await expect(absent).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
});
