import { expect } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram } from "../../support/servers/index.ts";
import { newJob, startEngine } from "./setup.ts";

const test = testRequiring(redisProgram);

async function pushAll(engine: Engine, jobs: readonly NewJob[]): Promise<void> {
  await engine.jobs.push(jobs.map((job) => ({ jobs: [job], maxDepth: {}, deadlineAt: Date.now() + 10_000 })));
}

let exchange = 0;

async function claim(engine: Engine, max: number, tasks: string[], queues?: string[]): Promise<readonly string[]> {
  exchange += 1;
  const request = { max, alone: false, retainMs: 0, tasks, queues };
  const reply = await engine.jobs.exchange({ worker: "worker", exchange, settlements: [], claim: request });
  return reply.claimed.map(({ id }) => id);
}

/** How often the server carried out a command, in scripts as well. */
async function callsOf(redis: RedisServer, command: string): Promise<number> {
  const facts = String(await redis.ask("INFO", "commandstats"));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(facts)?.[1] ?? 0);
}

test("a claim from 2,000 queues reads as many of them as it takes jobs, and a push none", async () => {
  const { redis, engine } = await startEngine();
  const jobs = Array.from({ length: 2_000 }, (_, index) => newJob({ queue: `queue-${index}` }));
  await pushAll(engine, jobs);
  expect(await callsOf(redis, "zrange")).toBe(0);
  expect(await claim(engine, 10, ["task"])).toEqual(jobs.slice(0, 10).map(({ id }) => id));
  // Besides the lanes, the index in one read.
  expect(await callsOf(redis, "zrange")).toBeLessThan(20);
});

test("push order holds across lanes, by whichever index they are claimed, and after removals and a pause", async () => {
  const { engine } = await startEngine();
  const [tasks, queues] = [
    ["one", "two"],
    ["a", "b", "c", "d", "e", "f", "g"],
  ];
  let random = 7;
  const pick = <Value>(values: readonly Value[]): Value => {
    random = (random * 48_271) % 2_147_483_647;
    return values[random % values.length] as Value;
  };
  const jobs = Array.from({ length: 1_500 }, () => newJob({ task: pick(tasks), queue: pick(queues) }));
  await pushAll(engine, jobs);
  let left = [...jobs];
  for (let step = 0; left.length > 0; step += 1) {
    const removed = left.filter((_, index) => index % 17 === step % 17).slice(0, 3);
    await engine.inspect.remove({ selection: { ids: removed.map(({ id }) => id) }, dryRun: false });
    left = left.filter((job) => !removed.includes(job));
    if (step % 5 === 4) {
      const queue = pick(queues);
      await engine.inspect.pause(queue);
      await engine.inspect.resume(queue);
    }
    const [max, known] = [pick([1, 2, 7, 40, 90]), pick([tasks, ["one"], ["two"]])];
    const some = step % 2 === 0 ? undefined : queues.filter(() => pick([true, false]));
    const fits = left.filter(({ task, queue }) => known.includes(task) && (some === undefined || some.includes(queue)));
    const expected = fits.slice(0, max).map(({ id }) => id);
    expect(await claim(engine, max, known, some), `step ${step}`).toEqual(expected);
    left = left.filter(({ id }) => !expected.includes(id));
  }
});

test("a queue's limit counts all of its lanes", async () => {
  const { engine } = await startEngine();
  const jobs = ["one", "two", "three"].map((task) => newJob({ task, queue: "narrow" }));
  const request = { jobs, maxDepth: { narrow: 4 }, deadlineAt: Date.now() + 10_000 };
  expect(await engine.jobs.push([request])).toMatchObject([{ status: "stored" }]);
  const more = { ...request, jobs: [newJob({ queue: "narrow" }), newJob({ queue: "narrow" })] };
  expect(await engine.jobs.push([more])).toMatchObject([{ status: "refused", error: { code: "QUEUE_FULL" } }]);
  expect(await engine.jobs.push([{ ...more, jobs: more.jobs.slice(1) }])).toMatchObject([{ status: "stored" }]);
});
