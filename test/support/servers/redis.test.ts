import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../requirement.ts";
import { startProxy } from "./proxy.ts";
import { type RedisOptions, type RedisServer, redisProgram, startRedis } from "./redis.ts";
import { askRedis } from "./resp.ts";

const testRedis = testRequiring(redisProgram);

async function start(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

testRedis("a private Redis answers, and is gone with its files once it is closed", async () => {
  const redis = await start();
  expect(await redis.ask("PING")).toBe("PONG");
  const [, folder = ""] = String(await redis.ask("CONFIG", "GET", "dir")).split(",");
  expect(existsSync(folder)).toBe(true);
  await redis.close();
  await expect(redis.ask("PING")).rejects.toThrow("ECONNREFUSED");
  expect(existsSync(folder)).toBe(false);
});

testRedis("killed under appendfsync always, it comes back at its port with what it had acknowledged", async () => {
  const redis = await start({ appendfsync: "always" });
  await redis.ask("SET", "a", "1");
  await redis.kill();
  await expect(redis.ask("PING")).rejects.toThrow("ECONNREFUSED");
  await redis.start();
  expect(await redis.ask("GET", "a")).toBe("1");
  await redis.restart();
  expect(await redis.ask("GET", "a")).toBe("1");
});

testRedis("without an append-only file a restart forgets", async () => {
  const redis = await start();
  await redis.ask("SET", "a", "1");
  await redis.restart();
  expect(await redis.ask("GET", "a")).toBeNull();
});

testRedis("frozen, it is silent; thawed, it answers what waited", async () => {
  const redis = await start();
  redis.freeze();
  let answered = false;
  const answer = redis.ask("PING").finally(() => {
    answered = true;
  });
  await sleep(200);
  expect(answered).toBe(false);
  redis.thaw();
  expect(await answer).toBe("PONG");
});

testRedis("a full memory refuses writes", async () => {
  const redis = await start({ maxmemory: "3mb" });
  await expect(redis.ask("SET", "a", "x".repeat(3_000_000)).then(() => redis.ask("SET", "b", "1"))).rejects.toThrow(
    "OOM command not allowed",
  );
});

testRedis("a replica has what its master had, and follows", async () => {
  const master = await start();
  await master.ask("SET", "a", "1");
  const replica = await start({ replicaOf: master });
  expect(await replica.ask("GET", "a")).toBe("1");
  await expect(replica.ask("SET", "a", "2")).rejects.toThrow("READONLY");
  await master.ask("SET", "a", "2");
  await expect.poll(() => replica.ask("GET", "a")).toBe("2");
});

testRedis("a write whose reply the proxy cuts is done", async () => {
  const redis = await start();
  const proxy = await startProxy(redis.url);
  onTestFinished(() => proxy.close());
  const lost = proxy.cutReply({ request: "INCR" });
  await expect(askRedis(proxy.url, "INCR", "a")).rejects.toThrow("ECONNRESET");
  await lost;
  expect(await redis.ask("GET", "a")).toBe("1");
});

testRedis("a setting that Redis refuses is told in its words", async () => {
  await expect(start({ settings: { "no-such-setting": "1" } })).rejects.toThrow(
    /ended at its start[\s\S]*no-such-setting/,
  );
});
