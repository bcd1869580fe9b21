import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { Engine, PushReply } from "../../../../src/engine/index.ts";
import { writeLetter } from "../../../../src/engines/redis/partitions/letter.ts";
import { Outbox } from "../../../../src/engines/redis/partitions/outbox.ts";
import { Partitions } from "../../../../src/engines/redis/partitions/partitions.ts";
import { newIdOfKey, placeOf } from "../../../../src/kernel/id.ts";
import type { NewJob } from "../../../../src/kernel/job.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { type RedisCluster, redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { newJob, openEngine, push, until } from "../setup.ts";
import { idIn, keyIn, nodeOf, openPartitions, PARTITIONS, urlOf } from "./cluster.ts";

const test = testRequiring(redisClusterProgram);

/** A frozen node is not taken for dead: the others go on. */
async function startCluster(): Promise<RedisCluster> {
  const cluster = await startRedisCluster({ nodeTimeoutMs: 60_000 });
  onTestFinished(() => cluster.close());
  return cluster;
}

async function lettersIn(cluster: RedisCluster, partition: number): Promise<number> {
  return Number(await nodeOf(cluster, partition).ask("ZCARD", keyIn(partition, "outbox")));
}

async function allLetters(cluster: RedisCluster): Promise<number> {
  const counts = await Promise.all([0, 1, 2].map((partition) => lettersIn(cluster, partition)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What every worker does again and again. */
async function sweep(engine: Engine): Promise<void> {
  await engine.liveness.rescue({ worker: "worker", max: 10, retainMs: 1_000 });
}

async function pushAll(engine: Engine, jobs: readonly NewJob[], withinMs: number = 10_000): Promise<PushReply> {
  const [reply] = await engine.jobs.push([{ jobs, maxDepth: {}, deadlineAt: Date.now() + withinMs }]);
  if (reply === undefined) throw new RangeError("A request has no reply.");
  return reply;
}

function keyed(index: number, inputHash: string): NewJob {
  return newJob({ id: newIdOfKey("task", `k${index}`), key: { key: `k${index}`, inputHash, ttlMs: 60_000 } });
}

test("a process is killed between its settlement and the push into another partition: the job comes all the same, once", async () => {
  const cluster = await startCluster();
  const url = urlOf(cluster);
  const [parent, next] = [idIn(0), idIn(1)];
  const engine = await openEngine(url);
  await push(engine, newJob({ id: parent }));
  const program = fileURLToPath(new URL("./settle-and-hang.ts", import.meta.url));
  const child = spawn(process.execPath, [program, url, next], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  await nodeOf(cluster, 1).freeze();
  child.stdin.write("settle");
  await until("the settlement has posted its letter", async () => (await lettersIn(cluster, 0)) === 1);
  child.kill("SIGKILL");
  await once(child, "exit");
  await nodeOf(cluster, 1).thaw();
  const [settled] = await engine.inspect.get([parent]);
  expect(settled?.state).toBe("succeeded");
  await until("another has delivered it", async () => {
    await sweep(engine).catch(() => {});
    return (await lettersIn(cluster, 0)) === 0;
  });
  expect(await engine.inspect.count({ queues: ["next"] })).toBe(1);
  expect((await engine.inspect.get([next]))[0]?.state).toBe("ready");
}, 60_000);

test("a process ends after it posted a request of several partitions: all of it is stored, its times counted from then", async () => {
  const cluster = await startCluster();
  const url = urlOf(cluster);
  const engine = await openEngine(url);
  const partitions = new Partitions(await openPartitions(url));
  const jobs = [0, 1, 2].map((number) => newJob({ id: idIn(number), due: { afterMs: 3_600_000 } }));
  const letters = partitions.all.map((partition, number) => writeLetter(partition, jobs.slice(number, number + 1)));
  const postedAt = Date.now();
  expect(await new Outbox(partitions).post(partitions.first, letters, Date.now() + 10_000)).toBeUndefined();
  expect(await engine.inspect.count({})).toBe(0);
  await until("another has delivered it", async () => {
    await sweep(engine);
    return (await allLetters(cluster)) === 0;
  });
  const records = await engine.inspect.get(jobs.map(({ id }) => id));
  for (const record of records) expect(Math.abs((record?.dueAt ?? 0) - postedAt - 3_600_000)).toBeLessThan(1_000);
}, 60_000);

test("a request is posted before its deadline or not at all", async () => {
  const cluster = await startCluster();
  const engine = await openEngine(urlOf(cluster));
  const reply = await pushAll(
    engine,
    [0, 1, 2].map((number) => newJob({ id: idIn(number) })),
    -1,
  );
  expect(reply).toMatchObject({ status: "refused", error: { code: "ENGINE_TIMEOUT" } });
  expect(await engine.inspect.count({})).toBe(0);
  expect(await allLetters(cluster)).toBe(0);
}, 60_000);

test("of requests that take the same keys of several partitions at once, one is stored, wholly", async () => {
  const cluster = await startCluster();
  const engines = [await openEngine(urlOf(cluster)), await openEngine(urlOf(cluster))] as const;
  for (let round = 0; round < 20; round += 1) {
    const numbers = [0, 1, 2, 3, 4, 5].map((index) => round * 6 + index);
    const requests = ["one", "two", "three", "four"].map((hash) => numbers.map((number) => keyed(number, hash)));
    expect(new Set(requests[0]?.map(({ id }) => placeOf(id) % PARTITIONS)).size).toBeGreaterThan(1);
    // In whatever order they come to the keys, none waits for another for ever.
    const orders = requests.map((jobs, index) => (index % 2 === 0 ? jobs : jobs.toReversed()));
    const replies = await Promise.all(orders.map((jobs, index) => pushAll(engines[index % 2 === 0 ? 0 : 1], jobs)));
    const stored = orders.filter((_, index) => replies[index]?.status === "stored");
    const codes = replies.map((reply) => (reply.status === "refused" ? reply.error.code : "stored")).sort();
    expect(codes).toEqual(["KEY_CONFLICT", "KEY_CONFLICT", "KEY_CONFLICT", "stored"]);
    const found = await engines[0].inspect.get(orders.flat().map(({ id }) => id));
    expect(found.filter((record) => record !== undefined).map(({ id }) => id)).toEqual(stored[0]?.map(({ id }) => id));
  }
  expect(await allLetters(cluster)).toBe(0);
}, 60_000);
