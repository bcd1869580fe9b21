import type { Client } from "pg";
import { expect, onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { failed, RETAIN_MS, settlementOf, succeeded, TestWorker } from "../../../src/testing/conformance/worker.ts";
import { link, node } from "../../../src/testing/conformance/workflow-jobs.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { connect, newSchema, startEngine } from "./setup.ts";

const postgres = await findPostgres();
const testPostgres = testRequiring(postgres);

const soonGone = { kind: "succeeded", result: "1", retainMs: 0 } as const;

testPostgres("a workflow is pushed within a caller's transaction, wholly or not at all", async () => {
  const engine = await startEngine(postgres.url);
  const client = await connect(postgres.url);
  const { body, header, jobs } = chord(2);
  await client.query("BEGIN");
  await engine.jobs.pushWithin(client, pushRequest(jobs));
  await client.query("ROLLBACK");
  expect(await engine.inspect.count({ workflow: body })).toBe(0);
  await client.query("BEGIN");
  await engine.jobs.pushWithin(client, pushRequest(jobs));
  await client.query("COMMIT");
  const worker = await newWorker(engine);
  for (const job of await worker.claim(10)) await worker.succeed(job, String(header.indexOf(job.id)));
  const claimed = await worker.claimOne();
  expect(claimed.id).toBe(body);
  expect(claimed.filled?.map(({ from }) => from)).toEqual(header);
});

testPostgres("a job that ends with its handler's writes fills its slot in their transaction", async () => {
  const engine = await startEngine(postgres.url);
  const { body, jobs } = chord(1);
  await engine.jobs.push([pushRequest(jobs)]);
  const worker = await newWorker(engine);
  const claim = await worker.claimOne();
  const reply = await engine.jobs.complete?.({
    claim,
    body: async () => succeeded('"a\\u0000b"'),
    limitMs: 60_000,
    signal: new AbortController().signal,
  });
  expect(reply).toEqual({ status: "applied", state: "succeeded" });
  const job = await worker.claimOne();
  expect(job.id).toBe(body);
  expect(job.filled?.[0]?.ending).toEqual({ state: "succeeded", result: '"a\\u0000b"' });
});

testPostgres("results that a text column cannot hold fill their slots, or are refused alone", async () => {
  const engine = await startEngine(postgres.url);
  const { jobs } = chord(3);
  await engine.jobs.push([pushRequest(jobs)]);
  const worker = await newWorker(engine);
  const results = ["a\0b", "\ud800", "plain"];
  const claimed = await worker.claim(3);
  const { settled } = await worker.exchange(claimed.map((job, slot) => settlementOf(job, succeeded(results[slot]))));
  expect(settled.map(({ status }) => status)).toEqual(["applied", "refused", "applied"]);
  for (const job of claimed.slice(1, 2)) await worker.succeed(job, new Uint8Array([0]));
  const filled = (await worker.claimOne()).filled?.map(({ ending }) => ending.state === "succeeded" && ending.result);
  expect(new Set(filled)).toEqual(new Set(["a\0b", new Uint8Array([0]), "plain"]));
});

testPostgres("a place in a workflow that SQL could not read is refused, and its neighbours are stored", async () => {
  const engine = await startEngine(postgres.url);
  const id = newId();
  const replies = await engine.jobs.push([
    pushRequest([{ node: node("a\0b", 0) }]),
    pushRequest([{ node: node(id, 0, [link("\ud800", "success")]) }]),
    pushRequest([{ node: node(id, 1.5) }]),
    pushRequest([{ node: node(id, 0, [link(id, "success", -1)]) }]),
    pushRequest([{ id, node: node(id, 1) }]),
  ]);
  const codes = replies.map((reply) => (reply.status === "refused" ? reply.error.code : reply.status));
  expect(codes).toEqual(["NOT_JSON", "NOT_JSON", "OPTIONS_INVALID", "OPTIONS_INVALID", "stored"]);
});

testPostgres("a push that finds some of its jobs there places the others alone", async () => {
  const engine = await startEngine(postgres.url);
  const { body, header, jobs } = chord(2);
  const [first = "", second = ""] = header;
  await engine.jobs.push([pushRequest([{ id: first }])]);
  await engine.jobs.push([pushRequest([...jobs, { id: second, node: node("another", 1) }])]);
  const records = await engine.inspect.get([first, second, body]);
  expect(records.map((record) => record?.node?.workflow)).toEqual([undefined, body, body]);
  expect(await engine.inspect.count({ workflow: body })).toBe(2);
});

testPostgres("what is removed, by hand or by its age, leaves nothing of its workflow", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  const removed = chord(2);
  const pruned = chord(2);
  const worker = await newWorker(engine);
  for (const { jobs } of [removed, pruned]) {
    await engine.jobs.push([pushRequest(jobs)]);
    for (const job of await worker.claim(2)) await worker.settle(job, soonGone);
    await worker.settle(await worker.claimOne(), soonGone);
  }
  expect(await rowsOf(client, schema)).toEqual({ nodes: 6, slots: 4 });
  await engine.inspect.remove({ selection: { filter: { workflow: removed.body } }, dryRun: false });
  expect(await rowsOf(client, schema)).toEqual({ nodes: 3, slots: 2 });
  await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  expect(await rowsOf(client, schema)).toEqual({ nodes: 0, slots: 0 });
});

testPostgres("a workflow that was revoked as a whole goes on when what it waited for is retried", async () => {
  const engine = await startEngine(postgres.url);
  const { body, header, jobs } = chord(2);
  await engine.jobs.push([pushRequest(jobs)]);
  const selection = { filter: { workflow: body } };
  const reply = await engine.inspect.revoke({ selection, reason: "not needed", retainMs: RETAIN_MS, dryRun: false });
  expect(reply.changed).toBe(3);
  expect(await engine.inspect.retry({ selection: { ids: [body, ...header] }, dryRun: false })).toEqual({
    changed: 2,
    skipped: [{ id: body, reason: "wrong-state" }],
  });
  expect((await engine.inspect.get([body]))[0]).toMatchObject({ state: "waiting", upstream: undefined });
});

testPostgres("what ended elsewhere is kept with its place, and brings back who waited for it", async () => {
  const [engine, results] = [await startEngine(postgres.url), await startEngine(postgres.url)];
  const { body, header, jobs } = chord(1);
  const [first = ""] = header;
  await engine.jobs.push([pushRequest(jobs)]);
  const worker = await newWorker(engine);
  await worker.settle(await worker.claimOne(), failed("503"));
  const ended = (await engine.archive?.ended({ max: 10, forMs: 0 })) ?? [];
  expect(ended.map(({ record }) => record.id)).toEqual([first]);
  await results.archive?.store(ended);
  await engine.archive?.drop(ended.map(({ record }) => record));
  expect(await results.inspect.list({ filter: { workflow: body }, cursor: undefined, limit: 10 })).toEqual(
    ended.map(({ record }) => record),
  );
  expect(await engine.inspect.count({ workflow: body })).toBe(1);
  await engine.archive?.store(ended);
  await engine.inspect.retry({ selection: { ids: [first] }, dryRun: false });
  await worker.succeed(await worker.claimOne(), "1");
  expect((await worker.claimOne()).id).toBe(body);
});

testPostgres("a dry run of a retry counts what the retry would change", async () => {
  const engine = await startEngine(postgres.url);
  const { body, jobs } = chord(2);
  await engine.jobs.push([pushRequest(jobs)]);
  const worker = await newWorker(engine);
  for (const job of await worker.claim(2)) await worker.settle(job, failed("503"));
  const selection = { filter: { workflow: body } };
  expect((await engine.inspect.retry({ selection, dryRun: true })).changed).toBe(2);
  expect((await engine.inspect.retry({ selection, dryRun: false })).changed).toBe(2);
  expect(await engine.inspect.count({ workflow: body, states: ["waiting"] })).toBe(1);
});

testPostgres("whoever ends jobs of the same workflows at once, each that waits ends or runs", async () => {
  const schema = newSchema();
  const first = await startEngine(postgres.url, schema);
  const engines = [first, ...(await Promise.all([1, 2].map(() => another(schema))))];
  const workflows = Array.from({ length: 20 }, () => lattice());
  await first.jobs.push(workflows.map(({ jobs }) => pushRequest(jobs)));
  const workers = await Promise.all(engines.map((engine) => newWorker(engine, newId())));
  const claims = await Promise.all(workers.map(async (worker) => ({ worker, jobs: await worker.claim(40) })));
  const revoked = workflows.filter((_, index) => index % 3 === 0).map(({ last }) => ({ filter: { workflow: last } }));
  const asked = { reason: "not needed", retainMs: RETAIN_MS, dryRun: false };
  await Promise.all([
    ...claims.flatMap(({ worker, jobs }) =>
      jobs.map((job, index) => worker.settle(job, index % 7 === 0 ? failed("503") : succeeded("1"))),
    ),
    ...revoked.map((selection, index) => engines[index % 3]?.inspect.revoke({ selection, ...asked })),
  ]);
  const [worker] = workers;
  for (let jobs = await worker?.claim(100); jobs !== undefined && jobs.length > 0; jobs = await worker?.claim(100))
    await worker?.exchange(jobs.map((job) => settlementOf(job, succeeded("1"))));
  expect(await first.inspect.count({ states: ["waiting", "ready", "active", "scheduled"] })).toBe(0);
  const client = await connect(postgres.url);
  const { rows } = await client.query(
    `SELECT count(*)::integer AS wrong FROM ${schema}.node
     WHERE awaited <> (body ->> 'slots')::integer - (SELECT count(*) FROM ${schema}.slot WHERE slot.job = node.job)`,
  );
  expect(rows).toEqual([{ wrong: 0 }]);
});

interface Chord {
  readonly body: string;
  readonly header: readonly string[];
  readonly jobs: readonly Partial<NewJob>[];
}

function chord(size: number): Chord {
  const body = newId();
  const header = Array.from({ length: size }, () => newId());
  const members = header.map((id, slot) => ({ id, node: node(body, 0, [link(body, "success", slot)]) }));
  return { body, header, jobs: [{ id: body, node: node(body, size) }, ...members] };
}

/** Six jobs that two wait for, of which one waits for the other, by ids in no order. */
function lattice(): { readonly last: string; readonly jobs: readonly Partial<NewJob>[] } {
  const [last, middle] = [newId(), newId()];
  const members = Array.from({ length: 6 }, (_, slot) => {
    return { node: node(last, 0, [link(last, "end", slot), link(middle, "success", slot)]) };
  });
  const others = [
    { id: last, node: node(last, 7) },
    { id: middle, node: node(last, 6, [link(last, "success", 6)]) },
  ];
  return { last, jobs: [...others, ...members] };
}

async function newWorker(engine: Engine, id: string = "worker"): Promise<TestWorker> {
  const worker = new TestWorker(engine, { id, leaseMs: 60_000 });
  await worker.register();
  return worker;
}

async function another(schema: string): Promise<Engine> {
  const engine = createPostgresEngine({ url: postgres.url, schema });
  onTestFinished(() => engine.stop());
  await engine.start();
  return engine;
}

async function rowsOf(client: Client, schema: string): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::integer FROM ${schema}.node) AS nodes, (SELECT count(*)::integer FROM ${schema}.slot) AS slots`,
  );
  return rows[0];
}
