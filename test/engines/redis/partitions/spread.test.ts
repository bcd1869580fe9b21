import { expect, onTestFinished } from "vitest";
import { createRedisEngine } from "../../../../src/engines/redis/index.ts";
import { chord } from "../../../../src/index.ts";
import { newId, newIdBeside, newIdOfKey, placeOf } from "../../../../src/kernel/id.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { type RedisCluster, redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { newJob, openApp, openEngine, push, registerWorker, until } from "../setup.ts";
import { idIn, keyIn, nodeOf, PARTITIONS, urlOf } from "./cluster.ts";

const test = testRequiring(redisClusterProgram);

async function startCluster(): Promise<RedisCluster> {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.close());
  return cluster;
}

async function countOn(cluster: RedisCluster, partition: number): Promise<number> {
  return Number(await nodeOf(cluster, partition).ask("ZCARD", keyIn(partition, "ids")));
}

test("jobs are spread over the nodes, and every process finds each of them by its id", async () => {
  const cluster = await startCluster();
  const [one, other] = [await openEngine(urlOf(cluster)), await openEngine(urlOf(cluster))];
  const ids = Array.from({ length: 300 }, () => newId());
  for (const id of ids) await push(one, newJob({ id }));
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    expect(await countOn(cluster, partition)).toBe(ids.filter((id) => placeOf(id) % PARTITIONS === partition).length);
  expect((await other.inspect.get(ids)).map((job) => job?.id)).toEqual(ids);
  await registerWorker(other);
  const claim = { tasks: ["task"], queues: undefined, max: 500, alone: false, retainMs: 1_000 };
  const { claimed } = await other.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  expect(claimed.map(({ id }) => id).sort()).toEqual(ids.sort());
}, 60_000);

test("a worker runs what is in any partition, woken and not by its poll", async () => {
  const cluster = await startCluster();
  const { app } = openApp(urlOf(cluster));
  const done = new Map<number, number>();
  const task = app.task({
    name: "task",
    key: ({ n }: { n: number }) => `number-${n % 40}`,
    run: async ({ n }) => void done.set(n, performance.now()),
  });
  await app.worker({ concurrency: 4 }).start();
  const results = await task.delayMany(Array.from({ length: 40 }, (_, n) => ({ n })));
  expect(new Set(results.map(({ id }) => placeOf(id) % PARTITIONS)).size).toBe(PARTITIONS);
  await until("all are done", () => done.size === 40 || undefined);
  const again = await task.delayMany(Array.from({ length: 40 }, (_, n) => ({ n })));
  expect(again.map(({ id }) => id)).toEqual(results.map(({ id }) => id));
  for (let n = 100; n < 120; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const pushedAt = performance.now();
    await task.delay({ n }, { key: `single-${n}` });
    await until("it is done", () => done.has(n) || undefined);
    // The poll comes every second.
    expect((done.get(n) ?? 0) - pushedAt).toBeLessThan(500);
  }
}, 60_000);

test("a workflow is in one partition, whichever that is, and a job that is replaced beside its replacement", async () => {
  const cluster = await startCluster();
  const { app } = openApp(urlOf(cluster));
  const double = app.task({ name: "double", run: async ({ n }: { n: number }) => n * 2 });
  const sum = app.task({
    name: "sum",
    run: async (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0),
  });
  const later = app.task({
    name: "later",
    run: async ({ n }: { n: number }, ctx) => ctx.replace(double.si({ n })),
  });
  await app.worker({ concurrency: 4 }).start();
  const places = new Set<number>();
  for (let round = 0; round < 12; round += 1) {
    const header = [1, 2, 3].map((n) => double.si({ n }));
    const result = await chord(header, sum.s()).delay();
    places.add(placeOf(result.id) % PARTITIONS);
    expect(await result.get({ timeout: "20s" })).toBe(12);
    const replaced = await later.delay({ n: round }, { key: `later-${round}` });
    expect(await replaced.get({ timeout: "20s" })).toBe(round * 2);
  }
  expect(places.size).toBeGreaterThan(1);
}, 60_000);

test("a store keeps the number of partitions that it began with", async () => {
  const cluster = await startCluster();
  await openEngine(urlOf(cluster));
  for (const [more, given] of [
    ["", 1],
    ["?partitions=6", 6],
  ] as const) {
    const engine = createRedisEngine({ url: urlOf(cluster, more) });
    const message = expect.stringMatching(`has 3 partitions, and the URL says ${given}.*"partitions=3"`);
    const refusal = expect.objectContaining({ code: "OPTIONS_INVALID", message });
    await expect(engine.start()).rejects.toEqual(refusal);
    await expect(engine.maintenance.migrate({ dryRun: true })).rejects.toEqual(refusal);
  }
  for (const { ask } of cluster.masters.map((node) => ({ ask: node.ask.bind(node) })))
    expect(await ask("DBSIZE")).toBe(1);
}, 60_000);

test("what must be in one partition and is not is refused, with what to do", async () => {
  const cluster = await startCluster();
  const engine = await openEngine(urlOf(cluster));
  const key = { key: "k", inputHash: "h", ttlMs: 1_000 };
  const home = newIdOfKey("task", "k");
  const elsewhere = idIn((placeOf(home) + 1) % PARTITIONS);
  expect(await push(engine, newJob({ id: elsewhere, key }))).toBe("ID_MISPLACED");
  expect(await push(engine, newJob({ id: home, key }))).toBe("stored");
  const linkTo = (to: string): Parameters<typeof newJob>[0] => {
    const node = { workflow: home, slots: 0, links: [{ to, slot: 0, on: "success" as const }] };
    return { id: newIdBeside(home), node };
  };
  expect(await push(engine, newJob(linkTo(elsewhere)))).toBe("ID_MISPLACED");
  expect(await push(engine, newJob(linkTo(newIdBeside(home))))).toBe("stored");
}, 60_000);
