import { expect, onTestFinished } from "vitest";
import { defineTask } from "../../../../src/index.ts";
import { testRequiring } from "../../../support/requirement.ts";
import { redisClusterProgram, startRedisCluster } from "../../../support/servers/index.ts";
import { openApp, until } from "../setup.ts";
import { nodeOf, PARTITIONS, urlOf } from "./cluster.ts";

const test = testRequiring(redisClusterProgram);

test("a node that dies is replaced by its replica: nothing is lost of any partition, and workers go on", async () => {
  const cluster = await startRedisCluster({ replicas: 1 });
  onTestFinished(() => cluster.close());
  // Of what is pushed, the replica that takes over has everything; it has no replica of its own then.
  const { app: producer } = openApp(urlOf(cluster, `?partitions=${PARTITIONS}&durability=replicated`));
  const { app } = openApp(urlOf(cluster));
  const done = new Set<number>();
  const definition = defineTask({
    name: "task",
    run: async ({ n }: { n: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done.add(n);
    },
  });
  const task = app.task(definition);
  await app.worker({ concurrency: 4 }).start();
  await producer.task(definition).delayMany(Array.from({ length: 300 }, (_, n) => ({ n })));
  await until("some are done", () => done.size > 20 || undefined);
  await nodeOf(cluster, 1).kill();
  const doneBefore = done.size;
  await until("all are done", () => done.size === 300 || undefined);
  expect(doneBefore).toBeLessThan(300);
  const late = await Promise.all(Array.from({ length: 12 }, (_, n) => task.delay({ n: 1_000 + n })));
  await Promise.all(late.map((result) => result.get({ timeout: "20s" })));
}, 90_000);
