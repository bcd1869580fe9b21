import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { TestWorker } from "../../../src/testing/conformance/worker.ts";
import { testRequiring } from "../../support/requirement.ts";
import { postgresProgram, startPostgres } from "../../support/servers/index.ts";
import { connect, startEngine } from "./setup.ts";

const testPostgres = testRequiring(postgresProgram);

const JOBS = 5_000;
const CLAIM = "SELECT id FROM lovage.claim('worker', 1, '{task}', NULL, $1, false, $2, 1, 'x')";

testPostgres("statistics of a moment without active jobs do not lead settlements astray", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([many({})]);
  // No job is active, says the planner from now on.
  await client.query("VACUUM ANALYZE lovage.job");
  const { rows } = await client.query<{ id: string | null }>(CLAIM, [500, 0]);
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
  expect(ids).toHaveLength(500);
  const ones = ids.map(() => 1);
  const plans = await plansOf(client, () =>
    client.query("SELECT lovage.succeed($1, $2, NULL, $3, $4)", [ids, ones, ones, ones]),
  );
  // By the index of active jobs each of them was held against each of the others.
  expect(plans).toContain("Index Scan using job_pkey on job");
  expect(plans).not.toContain("job_active");
});

testPostgres("a job of no workflow is claimed and settled without a look at any", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([pushRequest([{}, {}])]);
  const plans = await plansOf(client, async () => {
    const { rows } = await client.query<{ id: string | null }>(CLAIM, [2, 0]);
    const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
    const ones = ids.map(() => 1);
    await client.query("SELECT lovage.succeed($1, $2, NULL, $3, $4)", [ids, ones, ones, ones]);
  });
  expect(plans).toContain("Delete on job");
  expect(plans).toMatch(/on node [^\n]*never executed/);
  expect(plans).not.toMatch(/on (node|slot) [^\n]*actual rows/);
});

testPostgres("places in workflows are kept without comparing each job with each", async () => {
  const { client } = await start();
  const ids = Array.from({ length: JOBS }, (_, index) => `job ${index}`);
  const body = JSON.stringify({ workflow: "w", slots: 0, links: [] });
  const plans = await plansOf(client, () =>
    client.query("SELECT lovage.keep_nodes($1, $1, $2, $3, '{null}', '{null}')", [
      ids,
      ids.map(() => body),
      ids.map(() => 1),
    ]),
  );
  expect(plans).toMatch(/(Hash|Merge) Join/);
  expect(plans).not.toContain("Nested Loop");
  expect(plans).not.toContain("Seq Scan");
});

testPostgres("a claim visits no job of a paused queue, of an unknown task, or that is not due", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([many({ queue: "paused" }), many({ task: "unknown" }), many({ due: { afterMs: 60_000 } })]);
  await engine.jobs.push([pushRequest([{}, {}])]);
  await engine.inspect.pause("paused");
  const plans = await plansOf(client, () => client.query(CLAIM, [20, 1]));
  expect(plans).toContain("on job");
  expect(visited(plans)).toBeLessThan(30);
});

testPostgres("a claim from all queues looks at no more than it takes, however many there are", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([acrossQueues()]);
  await engine.inspect.pause("a queue without jobs");
  const plans = await plansOf(client, () => client.query(CLAIM, [100, 0]));
  // Those taken, by the index and by their places.
  expect(plans).toContain("job_ready_task");
  expect(visited(plans)).toBeLessThanOrEqual(200);
});

testPostgres("beside the jobs of a paused queue a claim looks at little more than it takes", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([many({ queue: "paused" }), acrossQueues()]);
  await engine.inspect.pause("paused");
  const plans = await plansOf(client, () => client.query(CLAIM, [100, 0]));
  expect(visited(plans)).toBeLessThan(2_000);
});

testPostgres("from more lanes than it wants jobs a claim takes those whose heads come first", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([many({ queue: "paused" }), acrossQueues(500)]);
  await engine.inspect.pause("paused");
  const plans = await plansOf(client, () => client.query(CLAIM, [5, 0]));
  // Both ends of each lane, and eight jobs of 110 of them; of all of them it would be 4,000.
  expect(visited(plans)).toBeLessThan(3_000);
});

testPostgres("a worker that begins to wait looks at one job, however many queues there are", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([acrossQueues()]);
  const plans = await plansOf(client, () =>
    client.query("SELECT lovage.wait_for_jobs('process', 1, '{task,unknown}', NULL, 0, false, 60000)"),
  );
  expect(plans).toContain("on job");
  expect(visited(plans)).toBeLessThan(10);
});

testPostgres("a push to many queues looks at who waits until nobody does", async () => {
  const { engine, client } = await start();
  await engine.jobs.push([acrossQueues()]);
  const wait = "SELECT lovage.wait_for_jobs('process', $1, $2, NULL, 9007199254740991, false, 60000)";
  await client.query(wait, [1, ["task"]]);
  const wake = "SELECT lovage.wake(ARRAY(SELECT lane FROM lovage.lane), array_fill(1::bigint, ARRAY[50]), 0, false)";
  expect(deletions(await plansOf(client, () => client.query(wake)))).toBe(1);
  await client.query(wait, [2, ["another task"]]);
  expect(deletions(await plansOf(client, () => client.query(wake)))).toBe(0);
});

function deletions(plans: string): number {
  return plans.split("Delete on waiter").length - 1;
}

function acrossQueues(queues = 50): ReturnType<typeof pushRequest> {
  return pushRequest(Array.from({ length: JOBS }, (_, index) => ({ queue: `queue ${index % queues}` })));
}

/** A server of its own, whose superuser can be told how statements are carried out. */
async function start(): Promise<{ engine: Engine; client: Client }> {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  const engine = await startEngine(server.url, "lovage");
  const worker = new TestWorker(engine, { id: "worker", leaseMs: 60_000 });
  await worker.register();
  return { engine, client: await connect(server.url) };
}

function many(more: object): ReturnType<typeof pushRequest> {
  return pushRequest(Array.from({ length: JOBS }, () => ({ priority: 9, ...more })));
}

/** The plans of every statement that a call carries out, those within functions included, with the rows that they met. */
async function plansOf(client: Client, call: () => Promise<unknown>): Promise<string> {
  const plans: string[] = [];
  client.on("notice", ({ message }) => plans.push(message ?? ""));
  const settings = ["log_min_duration = 0", "log_nested_statements = on", "log_analyze = on", "log_timing = off"];
  const texts = settings.map((setting) => `SET auto_explain.${setting}`);
  await client.query(["LOAD 'auto_explain'", ...texts, "SET client_min_messages = log"].join(";"));
  await call();
  // The texts of the statements name what they like.
  return plans.map((plan) => plan.slice(plan.search(/\n\w[^\n]*\(cost=/))).join("\n");
}

/** How many live jobs were looked at, those included that did not fit. */
function visited(plans: string): number {
  let sum = 0;
  for (const [, rows, loops] of plans.matchAll(/Scan[^\n]* on job [^\n]*actual rows=(\d+) loops=(\d+)/g))
    sum += Number(rows) * Number(loops);
  for (const [, rows] of plans.matchAll(/Rows Removed by Filter: (\d+)/g)) sum += Number(rows);
  return sum;
}
