import type { Client } from "pg";
import { expect } from "vitest";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { failed, settlementOf, TestWorker } from "../../../src/testing/conformance/worker.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { connect, newSchema, startEngine } from "./setup.ts";

const postgres = await findPostgres();
const testPostgres = testRequiring(postgres);

const DAY_MS = 86_400_000;

testPostgres("finished jobs lie in the partition of the day of their id", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  await finish(engine, ["not-a-uuid", newId()]);
  expect(await partitionsOf(client, schema)).toHaveLength(4);
  const { rows } = await client.query(
    `SELECT tableoid::regclass::text AS partition FROM ${schema}.finished ORDER BY id`,
  );
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  expect(rows.map(({ partition }) => partition)).toEqual([`${schema}.finished_${today}`, `${schema}.finished_other`]);
});

testPostgres("a lookup by id plans to visit one partition", async () => {
  const schema = newSchema();
  await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  const { rows } = await client.query(`EXPLAIN SELECT * FROM ${schema}.finished WHERE id = '${newId()}'`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan.match(/Scan/g)).toHaveLength(1);
});

testPostgres("a day that is past goes by its partition; what is to be kept for longer stays", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  await addOldDay(client, schema);
  const [gone, kept] = [oldId(), oldId()];
  const today = newId();
  await finish(engine, [gone, kept, today]);
  // As if they had finished five days ago, to be kept for four days and for a week.
  await client.query(`UPDATE ${schema}.finished SET finished_at = finished_at - $1`, [5 * DAY_MS]);
  await client.query(`UPDATE ${schema}.finished SET prune_at = finished_at + $1 WHERE id = $2`, [4 * DAY_MS, gone]);
  await client.query(`UPDATE ${schema}.finished SET prune_at = finished_at + $1 WHERE id <> $2`, [7 * DAY_MS, gone]);
  const { pruned } = await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  expect(pruned).toBe(1);
  const states = (await engine.inspect.get([gone, kept, today])).map((record) => record?.state);
  expect(states).toEqual([undefined, "failed", "failed"]);
  expect(await engine.inspect.count({ states: ["failed"] })).toBe(2);
  expect(await partitionsOf(client, schema)).toHaveLength(4);
});

testPostgres("a day that is past takes the places in its workflows along, a few at a time", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  await addOldDay(client, schema);
  const [gone, kept] = [oldId(), oldId()];
  await engine.jobs.push([
    pushRequest([gone, kept].map((id) => ({ id, node: { workflow: id, slots: 0, links: [] } }))),
  ]);
  await finish(engine, [gone, kept]);
  await client.query(`UPDATE ${schema}.finished SET finished_at = finished_at - $1`, [5 * DAY_MS]);
  await client.query(`UPDATE ${schema}.finished SET prune_at = finished_at + $1`, [7 * DAY_MS]);
  await client.query(`UPDATE ${schema}.finished SET prune_at = finished_at + $1 WHERE id = $2`, [4 * DAY_MS, gone]);
  await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  expect(await engine.inspect.count({ workflow: gone })).toBe(0);
  await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  const { rows } = await client.query(`SELECT job FROM ${schema}.node`);
  expect(rows).toEqual([{ job: kept }]);
});

testPostgres("a partition that somebody reads is left for the next time", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  await addOldDay(client, schema);
  await client.query(`BEGIN; SELECT count(*) FROM ${schema}.finished`);
  const startedAt = performance.now();
  await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(await partitionsOf(client, schema)).toHaveLength(5);
  await client.query("COMMIT");
  const other = createPostgresEngine({ url: postgres.url, schema });
  await other.start();
  await other.upkeep.prune({ max: 100, maxFinished: 1_000 });
  await other.stop();
  expect(await partitionsOf(client, schema)).toHaveLength(4);
});

testPostgres("the counters are folded, and say the same as before", async () => {
  const schema = newSchema();
  const engine = await startEngine(postgres.url, schema);
  const client = await connect(postgres.url);
  await finish(engine, [newId(), newId()]);
  await engine.jobs.push([pushRequest([{}, {}, {}])]);
  const before = [
    await engine.inspect.count({ states: ["failed"] }),
    await engine.inspect.count({ states: ["ready"] }),
  ];
  await engine.upkeep.prune({ max: 100, maxFinished: 1_000 });
  const { rows } = await client.query(`SELECT count(*)::integer AS rows FROM ${schema}.tally`);
  expect(rows[0].rows).toBe(0);
  const after = [await engine.inspect.count({ states: ["failed"] }), await engine.inspect.count({ states: ["ready"] })];
  expect([before, after]).toEqual([
    [2, 3],
    [2, 3],
  ]);
});

async function finish(engine: Awaited<ReturnType<typeof startEngine>>, ids: readonly string[]): Promise<void> {
  await engine.jobs.push([pushRequest(ids.map((id) => ({ id })))]);
  const worker = new TestWorker(engine, { id: "worker", leaseMs: 60_000 });
  await worker.register();
  const jobs = await worker.claim(ids.length);
  await worker.exchange(jobs.map((job) => settlementOf(job, failed("error"))));
}

/** As it was made five days ago: `newId` never goes back. */
function oldId(): string {
  const time = (Date.now() - 5 * DAY_MS).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}${newId().slice(13)}`;
}

/** A partition as it was made five days ago. */
async function addOldDay(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ day: string; low: string; high: string }>(
    `SELECT to_char(day, 'YYYYMMDD') AS day, ${schema}.day_bound(day) AS low, ${schema}.day_bound(day + 1) AS high
     FROM (SELECT (now() AT TIME ZONE 'UTC')::date - 5 AS day) AS old`,
  );
  const [old] = rows;
  await client.query(
    `CREATE TABLE ${schema}.finished_${old?.day} PARTITION OF ${schema}.finished FOR VALUES FROM ('${old?.low}') TO ('${old?.high}')`,
  );
}

async function partitionsOf(client: Client, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass",
    [`${schema}.finished`],
  );
  return rows.map(({ name }) => name);
}
