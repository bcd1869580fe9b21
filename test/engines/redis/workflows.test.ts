import fastCheck from "fast-check";
import { expect } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { ClaimedJob, Link, NewJob, Outcome, Settlement, WorkflowNode } from "../../../src/kernel/job.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram } from "../../support/servers/index.ts";
import { WorkflowWalk, workflowOf, workflowShapes, workflowSteps } from "../sqlite/workflow-walk.ts";
import { newJob, registerWorker, startEngine } from "./setup.ts";

const test = testRequiring(redisProgram);
const RETAIN_MS = 60_000;
const succeeded: Outcome = { kind: "succeeded", result: "1", retainMs: RETAIN_MS };
const failed: Outcome = { kind: "failed", error: { name: "Error", message: "503" }, retainMs: RETAIN_MS };

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

/** Those that are there because of single jobs. */
function keysOfJobs(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => /^(ids|scheduled|expiring|asked|quarantine|(j|m|r|s|wf):.*)$/.test(key));
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

test("whatever happens to a workflow, its jobs stand as in memory, and nothing is left of them", async () => {
  const { redis, engine } = await startEngine();
  await registerWorker(engine, "w");
  const property = fastCheck.asyncProperty(workflowShapes, workflowSteps, async (shape, steps) => {
    const memory = createMemoryEngine();
    await memory.start();
    await registerWorker(memory, "w");
    const jobs = workflowOf(shape);
    for (const one of [memory, engine]) await pushAll(one, jobs);
    await new WorkflowWalk([memory, engine], jobs).run(steps);
    await memory.stop();
    const every = { selection: { filter: {} }, dryRun: false };
    await engine.inspect.revoke({ ...every, reason: "over", retainMs: RETAIN_MS });
    await engine.liveness.deregister("w");
    await engine.inspect.remove(every);
    await registerWorker(engine, "w");
  });
  await fastCheck.assert(property, { numRuns: 100 });
  expect(keysOfJobs(await keysOf(redis))).toEqual([]);
}, 120_000);

test("a chain of 5,000 ends at once, and waits again as a whole", async () => {
  const { engine } = await startEngine();
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
    const { redis, engine } = await startEngine();
    const jobs = [...chain(3), ...chain(3)];
    await pushAll(engine, jobs);
    const outcomeOf = ({ id }: ClaimedJob): Outcome => (id === jobs[0]?.id ? failed : succeeded);
    for (let claimed = await run(engine, []); claimed.length > 0; )
      claimed = await run(
        engine,
        claimed.map((job) => end(job, outcomeOf(job))),
      );
    expect(keysOfJobs(await keysOf(redis)).length).toBeGreaterThan(jobs.length);
    await letGo(engine);
    expect(keysOfJobs(await keysOf(redis))).toEqual([]);
  });
}

test("who is removed in one step with the job that it waits for is gone, and no claim meets it", async () => {
  const { redis, engine } = await startEngine();
  const jobs = chain(20, "end");
  await pushAll(engine, jobs);
  const { changed } = await engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
  expect(changed).toBe(20);
  expect(await statesOf(engine, jobs)).toEqual(new Set([undefined]));
  expect(await run(engine, [])).toEqual([]);
  expect(keysOfJobs(await keysOf(redis))).toEqual([]);
});

test("who is revoked in one step with the job that it waits for is revoked once, and no claim meets it", async () => {
  const { engine } = await startEngine();
  const jobs = chain(20, "end");
  await pushAll(engine, jobs);
  const request = { selection: { filter: {} }, dryRun: false, reason: "not needed", retainMs: RETAIN_MS };
  expect(await engine.inspect.revoke(request)).toMatchObject({ changed: 20 });
  expect(await statesOf(engine, jobs)).toEqual(new Set(["revoked"]));
  expect(await run(engine, [])).toEqual([]);
});

test("who ends with another in one step ends once", async () => {
  const { engine } = await startEngine();
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
  const { engine } = await startEngine();
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

test("a job can be replaced again and again, by way of one slot", async () => {
  const { engine } = await startEngine();
  const job = newJob();
  await pushAll(engine, [job]);
  let [claimed] = await run(engine, []);
  for (let turn = 1; turn <= 3 && claimed !== undefined; turn += 1) {
    const substitute = newJob({ node: node(job.id, 0, [{ to: job.id, slot: 0, on: "success" }]) });
    const [next] = await run(engine, [end(claimed, { kind: "replaced", slot: 0 }, [substitute])]);
    expect(next?.id).toBe(substitute.id);
    [claimed] = await run(engine, next === undefined ? [] : [end(next, succeeded)]);
    expect(claimed).toMatchObject({ id: job.id, filled: [{ slot: 0, from: substitute.id }] });
    expect(claimed?.filled).toHaveLength(1);
  }
});

test("a full server ends a workflow: slots are filled, and failures are followed", async () => {
  const { redis, engine } = await startEngine();
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
  const { redis, engine } = await startEngine();
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
