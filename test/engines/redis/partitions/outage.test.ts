import { expect, onTestFinished } from "vitest";
import type { Engine, PushReply } from "../../../../src/engine/index.ts";
import type { NewJob } from "../../../../src/kernel/job.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { newJob, openApp, openEngine, until } from "../setup.ts";
import { idIn, nodeOf, urlOf } from "./cluster.ts";

const test = testRequiring(redisClusterProgram);

async function pushEach(engine: Engine, jobs: readonly NewJob[]): Promise<readonly PushReply["status"][]> {
  const deadlineAt = Date.now() + 1_000;
  const replies = await engine.jobs.push(jobs.map((job) => ({ jobs: [job], maxDepth: {}, deadlineAt })));
  return replies.map(({ status }) => status);
}

test("while a node is away, jobs of the other partitions are pushed and run, and its own when it is back", async () => {
  const cluster = await startRedisCluster({ settings: { "cluster-require-full-coverage": "no" } });
  onTestFinished(() => cluster.close());
  const engine = await openEngine(urlOf(cluster));
  const { app } = openApp(urlOf(cluster));
  const done: string[] = [];
  app.task({ name: "task", run: async (_: unknown, ctx) => void done.push(ctx.id) });
  await app.worker({ concurrency: 2 }).start();
  await pushEach(engine, [newJob({ id: idIn(1) })]);
  await until("the worker runs", () => done.length === 1 || undefined);
  await nodeOf(cluster, 1).kill();
  for (let round = 0; round < 5; round += 1) {
    const before = done.length;
    const jobs = [0, 1, 2].map((partition) => newJob({ id: idIn(partition) }));
    expect(await pushEach(engine, jobs)).toEqual(["stored", "refused", "stored"]);
    await until("both have run", () => done.length === before + 2 || undefined);
  }
  await nodeOf(cluster, 1).start();
  const late = newJob({ id: idIn(1) });
  await until(
    "a push is taken",
    async () => (await pushEach(engine, [late]).catch(() => []))[0] === "stored" || undefined,
  );
  await until("it has run", () => done.includes(late.id) || undefined);
}, 90_000);
