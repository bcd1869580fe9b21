import { expect, onTestFinished } from "vitest";
import type { Records, RecordWrite } from "../../../src/engine/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openEngine } from "./setup.ts";

const test = testRequiring(redisProgram);

type Engine = Awaited<ReturnType<typeof openEngine>>;

async function open(): Promise<{ redis: RedisServer; engine: Engine; records: Records }> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  if (engine.records === undefined) throw new Error("The engine keeps no records.");
  return { redis, engine, records: engine.records };
}

function put(id: string, more: { readonly ttlMs?: number; readonly at?: number; readonly value?: string } = {}) {
  const { ttlMs, at, value = "1" } = more;
  return { kind: "kind", id, expected: 0, value, due: at === undefined ? undefined : { at }, ttlMs } as const;
}

async function recordKeysOf(redis: RedisServer): Promise<readonly string[]> {
  const keys = await redis.ask("KEYS", "*record*");
  return Array.isArray(keys) ? keys.map(String) : [];
}

test("records past their time are pruned, few at a time, and leave no key", async () => {
  const { redis, engine, records } = await open();
  const writes: readonly RecordWrite[] = ["a", "b", "c", "d", "e"].map((id) => put(id, { ttlMs: 0, at: 1 }));
  await records.write(writes, []);
  await engine.upkeep.prune({ max: 3, maxFinished: 10 });
  expect(await redis.ask("HLEN", "lovage:{lovage}:records:kind")).toBe(2);
  await engine.upkeep.prune({ max: 3, maxFinished: 10 });
  expect(await recordKeysOf(redis)).toEqual([]);
});

test("those past their time hide no others that are due, or listed", async () => {
  const { records } = await open();
  const lapsed = Array.from({ length: 50 }, (_, index) => put(`a${index}`, { ttlMs: 0, at: 1 }));
  await records.write([...lapsed, put("b", { at: 2 }), put("c", { at: 3 })], []);
  expect((await records.due({ kind: "kind", max: 1 })).records.map(({ id }) => id)).toEqual(["b"]);
  expect((await records.due({ kind: "kind", max: 2 })).nextDueInMs).toBeUndefined();
  const page = await records.list({ kind: "kind", cursor: undefined, limit: 1 });
  expect(page.map(({ id }) => id)).toEqual(["b"]);
});

test("a write whose push is refused leaves nothing, nor does one that cannot be stored", async () => {
  const { redis, engine, records } = await open();
  const key = { key: "k", inputHash: "one", ttlMs: 60_000 };
  await records.write([], [newJob({ key })]);
  const conflict = records.write([put("a")], [newJob(), newJob({ key: { ...key, inputHash: "other" } })]);
  await expect(conflict).rejects.toMatchObject({ code: "KEY_CONFLICT" });
  await expect(records.write([put("a", { value: "\ud800" })], [newJob()])).rejects.toMatchObject({ code: "NOT_JSON" });
  await redis.ask("CONFIG", "SET", "maxmemory", "1mb");
  await expect(records.write([put("a")], [newJob()])).rejects.toMatchObject({ code: "STORAGE_FULL" });
  expect(await recordKeysOf(redis)).toEqual([]);
  expect(await engine.inspect.count({})).toBe(1);
});
