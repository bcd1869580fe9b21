import { expect, onTestFinished } from "vitest";
import { testRequiring } from "../requirement.ts";
import { redisClusterProgram, startRedisCluster } from "./redis-cluster.ts";

const testCluster = testRequiring(redisClusterProgram);

testCluster("a cluster of three masters redirects to the one that has the slot", async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.close());
  const answers = await Promise.all(
    cluster.masters.map((master) => master.ask("SET", "{a}b", "1").catch((error: unknown) => String(error))),
  );
  expect(answers.filter((answer) => answer === "OK")).toHaveLength(1);
  expect(answers.filter((answer) => String(answer).startsWith("Error: MOVED 15495 "))).toHaveLength(2);
});

testCluster("without a replica, a killed master takes the cluster down until it is back with its data", async () => {
  const cluster = await startRedisCluster({ settings: { appendfsync: "always" } });
  onTestFinished(() => cluster.close());
  const [first, , last] = cluster.masters;
  if (first === undefined || last === undefined) throw new Error("The cluster has no masters.");
  await last.ask("SET", "{a}b", "1");
  await last.kill();
  const state = async (): Promise<string> => String(await first.ask("CLUSTER", "INFO"));
  await expect.poll(state, { timeout: 15_000 }).toContain("cluster_state:fail");
  await last.start();
  await expect.poll(state, { timeout: 15_000 }).toContain("cluster_state:ok");
  await expect.poll(() => last.ask("GET", "{a}b").catch(String), { timeout: 15_000 }).toBe("1");
});

testCluster("with replicas, a killed master is replaced", async () => {
  const cluster = await startRedisCluster({ replicas: 1 });
  onTestFinished(() => cluster.close());
  const [first] = cluster.masters;
  const [replica] = cluster.replicas;
  if (first === undefined || replica === undefined) throw new Error("The cluster has no nodes.");
  expect(String(await replica.ask("ROLE"))).toMatch(/^slave/);
  await first.kill();
  await expect.poll(async () => String(await replica.ask("ROLE")), { timeout: 15_000 }).toMatch(/^master/);
});
