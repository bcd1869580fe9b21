import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { redisProgram, startRedis } from "../../support/servers/index.ts";
import { openEngine, push, registerWorker } from "./setup.ts";

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

test("many that wait for a replica that is gone do not queue behind one another, nor hold up the rest", async () => {
  const master = await startRedis();
  onTestFinished(() => master.close());
  const replica = await startRedis({ replicaOf: master });
  onTestFinished(() => replica.close());
  const engine = await openEngine(`${master.url}?durability=replicated`);
  await registerWorker(engine);
  expect(await push(engine)).toBe("stored");
  await replica.kill();
  const begin = performance.now();
  const pushes = Promise.all(Array.from({ length: 8 }, () => push(engine)));
  const beat = await engine.liveness.beat({ worker: "worker", leaseMs: 10_000, held: undefined });
  expect(beat.known).toBe(true);
  expect(new Set(await pushes)).toEqual(new Set(["ENGINE_UNAVAILABLE"]));
  // Each by itself would wait for a second of its own.
  expect(performance.now() - begin).toBeLessThan(5_000);
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
  expect(details.memory).toMatch(/^noeviction, [\d.]+M used, no limit$/);
  expect(findings.every(({ ok }) => ok)).toBe(true);
});

test("the doctor warns of a memory policy that throws jobs away", async () => {
  const redis = await startRedis({ maxmemory: "32mb", settings: { "maxmemory-policy": "allkeys-lru" } });
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  const memory = (await engine.maintenance.diagnose()).find(({ check }) => check === "memory");
  expect(memory).toMatchObject({ ok: false, detail: expect.stringContaining("noeviction") });
});
