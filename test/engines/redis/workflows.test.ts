import { expect, onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { ClaimedJob, Link, NewJob, Outcome, Settlement, WorkflowNode } from "../../../src/kernel/job.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openEngine, registerWorker } from "./setup.ts";

const test = testRequiring(redisProgram);
const RETAIN_MS = 60_000;
const succeeded: Outcome = { kind: "succeeded", result: "1", retainMs: RETAIN_MS };
const failed: Outcome = { kind: "failed", error: { name: "Error", message: "503" }, retainMs: RETAIN_MS };

async function open(): Promise<{ redis: RedisServer; engine: Engine }> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  return { redis, engine };
}

function node(workflow: string, slots: number, links: readonly Link[] = []): WorkflowNode {
  return { workflow, slots, links };
}

/** So many jobs of which each waits for the one before. */
function chain(length: number, on: Link["on"] = "success"): readonly NewJob[] {
  const ids = Array.from({ length }, () => newId());
  return ids.map((id, index) => {
    const to = ids[index + 1];
    const links = to === undefined ? [] : [{ to, slot: 0, on }];
    return newJob({ id, node: node(ids[0] ?? "", index === 0 ? 0 : 1, links) });
  });
}

async function pushAll(engine: Engine, jobs: readonly NewJob[]): Promise<void> {
  const replies = await engine.jobs.push([{ jobs, maxDepth: {}, deadlineAt: Date.now() + 10_000 }]);
  expect(replies).toMatchObject([{ status: "stored" }]);
}

let exchange = 0;

async function run(engine: Engine, settlements: readonly Settlement[]): Promise<readonly ClaimedJob[]> {
  exchange += 1;
  const claim = { max: 100, alone: false, retainMs: RETAIN_MS, queues: undefined, tasks: ["task"] };
  const reply = await engine.jobs.exchange({ worker: "worker", exchange, settlements, claim });
  expect(reply.settled.filter(({ status }) => status !== "applied")).toEqual([]);
  return reply.claimed;
}

function end(job: ClaimedJob, outcome: Outcome, effects: readonly NewJob[] = []): Settlement {
  const { id, fence, receipt } = job;
  return { id, fence, receipt, outcome, effects: effects.map((one) => ({ kind: "push", job: one })) };
}

async function statesOf(engine: Engine, jobs: readonly NewJob[]): Promise<ReadonlySet<string | undefined>> {
  const records = await engine.inspect.get(jobs.map(({ id }) => id));
  return new Set(records.map((record) => record?.state));
}

async function keysOf(redis: RedisServer): Promise<readonly string[]> {
  const keys = await redis.ask("KEYS", "*");
  return (Array.isArray(keys) ? keys : []).map((key) => String(key).replace("lovage:{lovage}:", "")).sort();
}

test("a chain of 5,000 ends at once, and waits again as a whole", async () => {
  const { engine } = await open();
  const jobs = chain(5_000);
  await pushAll(engine, jobs);
  const [first] = await run(engine, []);
  await run(engine, first === undefined ? [] : [end(first, failed)]);
  expect(await statesOf(engine, jobs)).toEqual(new Set(["failed"]));
  const selection = { ids: jobs.slice(0, 1).map(({ id }) => id) };
  expect(await engine.inspect.retry({ selection, dryRun: false })).toEqual({ changed: 1, skipped: [] });
  expect(await statesOf(engine, jobs)).toEqual(new Set(["ready", "waiting"]));
});

const goings: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  pruned: (engine) => engine.upkeep.prune({ max: 100, maxFinished: 0 }),
  removed: (engine) => engine.inspect.remove({ selection: { filter: {} }, dryRun: false }),
  async dropped(engine) {
    const records = await engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 });
    await engine.archive?.drop(records.map(({ id, version }) => ({ id, version })));
  },
};

for (const [how, letGo] of Object.entries(goings)) {
  test(`nothing is left of a workflow whose jobs are ${how}`, async () => {
    const { redis, engine } = await open();
    const jobs = [...chain(3), ...chain(3)];
    await pushAll(engine, jobs);
    const outcomeOf = ({ id }: ClaimedJob): Outcome => (id === jobs[0]?.id ? failed : succeeded);
    for (let claimed = await run(engine, []); claimed.length > 0; )
      claimed = await run(
        engine,
        claimed.map((job) => end(job, outcomeOf(job))),
      );
    const keysOfJobs = async (): Promise<readonly string[]> =>
      (await keysOf(redis)).filter((key) => /^(j|m|s|wf|ids)(:|$)/.test(key));
    expect((await keysOfJobs()).length).toBeGreaterThan(jobs.length);
    await letGo(engine);
    expect(await keysOfJobs()).toEqual([]);
  });
}

test("who is removed in one step with the job that it waits for is gone, and no claim meets it", async () => {
  const { redis, engine } = await open();
  const jobs = chain(20, "end");
  await pushAll(engine, jobs);
  const { changed } = await engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
  expect(changed).toBe(20);
  expect(await statesOf(engine, jobs)).toEqual(new Set([undefined]));
  expect(await run(engine, [])).toEqual([]);
  expect((await keysOf(redis)).filter((key) => /^[jmrs]:/.test(key))).toEqual([]);
});

test("who is revoked in one step with the job that it waits for is revoked once, and no claim meets it", async () => {
  const { engine } = await open();
  const jobs = chain(20, "end");
  await pushAll(engine, jobs);
  const request = { selection: { filter: {} }, dryRun: false, reason: "not needed", retainMs: RETAIN_MS };
  expect(await engine.inspect.revoke(request)).toMatchObject({ changed: 20 });
  expect(await statesOf(engine, jobs)).toEqual(new Set(["revoked"]));
  expect(await run(engine, [])).toEqual([]);
});

test("who ends with another in one step ends once", async () => {
  const { engine } = await open();
  const [one, other] = [chain(20), chain(20)];
  await pushAll(engine, [...one, ...other.map((job) => ({ ...job, expires: { afterMs: 1 } }))]);
  const selection = { ids: one.map(({ id }) => id) };
  const asked = { dryRun: false, reason: "not needed", retainMs: RETAIN_MS };
  const reply = await engine.inspect.revoke({ selection: { filter: { workflow: one[0]?.id ?? "" } }, ...asked });
  expect(reply.changed).toBe(1);
  expect((await engine.inspect.revoke({ selection, ...asked })).changed).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await engine.upkeep.expire({ max: 100, retainMs: RETAIN_MS })).toEqual({ expired: 1 });
  for (const record of await engine.inspect.get([...one.slice(1), ...other.slice(1)].map(({ id }) => id)))
    expect(record).toMatchObject({ state: "revoked", version: 2, upstream: record?.node?.workflow });
});

test("what is pushed with one settlement and ends with the next one of a batch does not expire later", async () => {
  const { engine } = await open();
  const [replaced, substitute] = [newJob(), newId()];
  const behind = newJob({ node: node(replaced.id, 1), expires: { afterMs: 50 } });
  const other = newJob({ id: substitute, node: node(replaced.id, 0, [{ to: behind.id, slot: 0, on: "success" }]) });
  await pushAll(engine, [replaced, other]);
  const jobs = new Map((await run(engine, [])).map((job) => [job.id, job]));
  const [one, two] = [jobs.get(replaced.id), jobs.get(substitute)];
  if (one === undefined || two === undefined) throw new Error("Not both were claimed.");
  await run(engine, [end(one, succeeded, [behind]), end(two, failed)]);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(await engine.upkeep.expire({ max: 10, retainMs: 0 })).toEqual({ expired: 0 });
  expect((await engine.inspect.get([behind.id]))[0]).toMatchObject({ state: "failed", upstream: substitute });
});

test("a full server ends a workflow: slots are filled, and failures are followed", async () => {
  const { redis, engine } = await open();
  const jobs = [...chain(3), ...chain(3)];
  await pushAll(engine, jobs);
  const claimed = await run(engine, []);
  await redis.ask("CONFIG", "SET", "maxmemory", "1mb");
  const next = await run(
    engine,
    claimed.map((job) => end(job, job.id === jobs[0]?.id ? failed : succeeded)),
  );
  expect(next.map(({ id }) => id)).toEqual([jobs[4]?.id]);
  expect(next[0]?.filled).toMatchObject([{ slot: 0, ending: { state: "succeeded", result: "1" } }]);
  expect(await statesOf(engine, jobs.slice(0, 3))).toEqual(new Set(["failed"]));
});

test("jobs of no workflow cost not one read for it", async () => {
  const { redis, engine } = await open();
  await pushAll(
    engine,
    Array.from({ length: 50 }, () => newJob()),
  );
  await redis.ask("CONFIG", "RESETSTAT");
  const claimed = await run(engine, []);
  expect(claimed.length).toBe(50);
  expect(claimed.some((job) => "node" in job || "filled" in job)).toBe(false);
  await run(
    engine,
    claimed.map((job) => end(job, failed)),
  );
  const facts = String(await redis.ask("INFO", "commandstats"));
  expect(facts).not.toMatch(/cmdstat_(hgetall|hexists|getrange):/);
});
