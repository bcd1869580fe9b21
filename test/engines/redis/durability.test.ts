import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { redisProgram, startRedis } from "../../support/servers/index.ts";
import { openEngine, push } from "./setup.ts";

const test = testRequiring(redisProgram);

test("a replicated push is answered when a replica has it, and refused when none follows", async () => {
  const master = await startRedis();
  onTestFinished(() => master.close());
  const replica = await startRedis({ replicaOf: master });
  onTestFinished(() => replica.close());
  const engine = await openEngine(`${master.url}?durability=replicated`);
  expect(await push(engine)).toBe("stored");
  expect(await replica.ask("ZCARD", "lovage:{lovage}:ids")).toBe(1);
  await replica.kill();
  expect(await push(engine)).toBe("ENGINE_UNAVAILABLE");
});

test("the doctor says what a restart and a failover can lose", async () => {
  const master = await startRedis({ appendfsync: "always" });
  onTestFinished(() => master.close());
  const replica = await startRedis({ replicaOf: master });
  onTestFinished(() => replica.close());
  const engine = await openEngine(master.url);
  const findings = await engine.maintenance.diagnose();
  const details = Object.fromEntries(findings.map(({ check, detail }) => [check, detail]));
  expect(details.persistence).toContain("appendfsync always: a restart loses nothing");
  expect(details.replication).toContain("1 replicas");
  expect(findings.every(({ ok }) => ok)).toBe(true);
});

test("the doctor warns of a memory policy that throws jobs away", async () => {
  const redis = await startRedis({ maxmemory: "32mb", settings: { "maxmemory-policy": "allkeys-lru" } });
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  const memory = (await engine.maintenance.diagnose()).find(({ check }) => check === "memory");
  expect(memory).toMatchObject({ ok: false, detail: expect.stringContaining("noeviction") });
});
