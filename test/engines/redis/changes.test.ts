import { expect, onTestFinished } from "vitest";
import type { JobChange } from "../../../src/kernel/job.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openApp, openEngine, push, registerWorker, until } from "./setup.ts";

const test = testRequiring(redisProgram);

async function server(): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  return redis;
}

test("a change brings the job along, as it would be read", async () => {
  const engine = await openEngine((await server()).url);
  const heard: JobChange[] = [];
  await engine.jobs.changes((changes) => void heard.push(...changes));
  await registerWorker(engine);
  const job = newJob();
  await push(engine, job);
  const claim = { max: 1, alone: false, retainMs: 0, queues: undefined, tasks: ["task"] };
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  await until("the claim is heard", () => heard.some(({ state }) => state === "active") || undefined);
  expect(heard.find(({ state }) => state === "active")?.record).toEqual((await engine.inspect.get([job.id]))[0]);
  const settlements = claimed.map(({ id, fence, receipt }) => ({
    ...{ id, fence, receipt, effects: [] },
    outcome: { kind: "succeeded", result: '{"done":true}', retainMs: 60_000 } as const,
  }));
  await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements, claim: undefined });
  const change = await until("the end is heard", () => heard.find(({ state }) => state === "succeeded"));
  expect(change.record).toEqual((await engine.inspect.get([job.id]))[0]);
});

test("whoever waits for a result reads the job when the wait begins, and not again when it has come", async () => {
  const { app } = openApp((await server()).url);
  const task = app.task({ name: "task", run: async (n: number) => n });
  await app.worker().start();
  const jobs = 20;
  for (let n = 0; n < jobs; n += 1) expect(await (await task.delay(n)).get()).toBe(n);
  let reads = 0;
  for (const sample of app.metrics().samples())
    if (sample.kind === "histogram" && sample.labels.operation === "inspect.get") reads += sample.count;
  expect(reads).toBeGreaterThan(0);
  // A second time where the hint of the push comes after the wait has begun; were start and end read as well, it would be
  // three to four. Besides, all awaited jobs are read every 2 s.
  expect(reads).toBeLessThan(jobs * 2.5);
});
