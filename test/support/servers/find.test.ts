import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { testRequiring } from "../requirement.ts";
import { findPostgres, findRedis } from "./find.ts";
import { postgresProgram, startPostgres } from "./postgres.ts";
import { redisProgram, startRedis } from "./redis.ts";
import { askRedis } from "./resp.ts";
import { askPostgres } from "./sql.ts";

beforeEach(() => {
  vi.stubEnv("LOVAGE_TEST_REDIS_URL", undefined);
  vi.stubEnv("LOVAGE_TEST_POSTGRES_URL", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const NOBODY_LISTENS = "127.0.0.1:1";

describe("the server that the environment names", () => {
  testRequiring(redisProgram)("is taken: Redis", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    vi.stubEnv("LOVAGE_TEST_REDIS_URL", redis.url);
    expect(await findRedis()).toMatchObject({ name: "redis", met: true, url: redis.url });
  });

  testRequiring(postgresProgram)("is taken: PostgreSQL", async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.close());
    vi.stubEnv("LOVAGE_TEST_POSTGRES_URL", postgres.url);
    expect(await findPostgres()).toMatchObject({ name: "postgres", met: true, url: postgres.url });
  });

  test("must answer", async () => {
    vi.stubEnv("LOVAGE_TEST_REDIS_URL", `redis://${NOBODY_LISTENS}`);
    await expect(findRedis()).rejects.toThrow("LOVAGE_TEST_REDIS_URL does not lead to a usable server");
    vi.stubEnv("LOVAGE_TEST_POSTGRES_URL", `postgres://${NOBODY_LISTENS}/postgres`);
    await expect(findPostgres()).rejects.toThrow("LOVAGE_TEST_POSTGRES_URL does not lead to a usable server");
  });
});

describe("without a name", () => {
  testRequiring(redisProgram)("a Redis is found or started", async () => {
    const { met, url } = await findRedis();
    expect(met).toBe(true);
    expect(await askRedis(url, "PING")).toBe("PONG");
  });

  testRequiring(postgresProgram)("a PostgreSQL is found or started", async () => {
    const { met, url } = await findPostgres();
    expect(met).toBe(true);
    expect(await askPostgres(url, "SELECT 1")).toBe("1");
  });
});
