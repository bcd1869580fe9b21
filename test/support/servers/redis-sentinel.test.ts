import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../requirement.ts";
import { redisSentinelProgram, startRedisSentinel } from "./redis-sentinel.ts";

testRequiring(redisSentinelProgram)(
  "the sentinels replace a killed master, which then follows the new one",
  async () => {
    const redis = await startRedisSentinel();
    onTestFinished(() => redis.close());
    expect(await redis.masterUrl()).toBe(redis.master.url);
    await redis.master.ask("SET", "a", "1");
    await expect.poll(() => redis.replica.ask("GET", "a")).toBe("1");

    await redis.master.kill();
    await expect.poll(() => redis.masterUrl().catch(String), { timeout: 20_000 }).toBe(redis.replica.url);
    expect(await redis.replica.ask("SET", "a", "2")).toBe("OK");

    await redis.master.start();
    await expect.poll(() => redis.master.ask("GET", "a").catch(String), { timeout: 20_000 }).toBe("2");
    await expect.poll(async () => String(await redis.master.ask("ROLE")), { timeout: 20_000 }).toMatch(/^slave/);
  },
);
