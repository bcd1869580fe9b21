import { Pool } from "pg";
import { expect, onTestFinished } from "vitest";
import { newId } from "../../../src/kernel/id.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { TASK } from "../../../src/testing/conformance/worker.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { connect, startEngine } from "./setup.ts";

const postgres = await findPostgres();
const testPostgres = testRequiring(postgres);

testPostgres("what is pushed within a transaction is there when it commits, and not before", async () => {
  const engine = await startEngine(postgres.url);
  const client = await connect(postgres.url);
  const id = newId();
  await client.query("BEGIN");
  const reply = await engine.jobs.pushWithin(
    client,
    pushRequest([{ id, input: '"☂"', headers: { a: "b" }, priority: 7 }]),
  );
  expect(reply).toEqual({ status: "stored", jobs: [{ id, outcome: "created" }] });
  expect(await engine.inspect.get([id])).toEqual([undefined]);
  await client.query("COMMIT");
  const [record] = await engine.inspect.get([id]);
  expect(record).toMatchObject({ state: "ready", input: '"☂"', headers: { a: "b" }, priority: 7 });
});

testPostgres("bytes, delays and text with U+0000 come back as they were", async () => {
  const engine = await startEngine(postgres.url);
  const client = await connect(postgres.url);
  const inputs = [new Uint8Array([0, 255, 7]), "a\0b", undefined, ""] as const;
  const request = pushRequest(inputs.map((input) => ({ input, due: { afterMs: 60_000 } })));
  await client.query("BEGIN");
  await engine.jobs.pushWithin(client, request);
  await client.query("COMMIT");
  const records = await engine.inspect.get(request.jobs.map(({ id }) => id));
  expect(records.map((record) => record?.input)).toEqual(inputs);
  expect(records.map((record) => record?.state)).toEqual(inputs.map(() => "scheduled"));
});

testPostgres("what is pushed within a transaction that rolls back was never there", async () => {
  const engine = await startEngine(postgres.url);
  const pool = new Pool({ connectionString: postgres.url });
  onTestFinished(() => pool.end());
  const client = await pool.connect();
  const request = pushRequest([{ key: { key: "k", inputHash: "h", ttlMs: 60_000 } }, {}]);
  await client.query("BEGIN");
  await engine.jobs.pushWithin(client, request);
  await client.query("ROLLBACK");
  client.release();
  expect(await engine.inspect.count({})).toBe(0);
  const [reply] = await engine.jobs.push([request]);
  expect(reply?.status === "stored" && reply.jobs.map(({ outcome }) => outcome)).toEqual(["created", "created"]);
});

testPostgres("a refused push leaves the caller's transaction as it was", async () => {
  const engine = await startEngine(postgres.url);
  const client = await connect(postgres.url);
  const held = { key: "k", inputHash: "one", ttlMs: 60_000 };
  await engine.jobs.push([pushRequest([{ key: held }])]);
  await client.query("BEGIN");
  const refused = await engine.jobs.pushWithin(client, pushRequest([{}, { key: { ...held, inputHash: "two" } }]));
  expect(refused).toMatchObject({ status: "refused", error: { code: "KEY_CONFLICT" } });
  const full = await engine.jobs.pushWithin(client, pushRequest([{}], { maxDepth: { queue: 1 } }));
  expect(full).toMatchObject({ status: "refused", error: { code: "QUEUE_FULL" } });
  const stored = await engine.jobs.pushWithin(client, pushRequest([{}]));
  expect(stored.status).toBe("stored");
  await client.query("COMMIT");
  expect(await engine.inspect.count({})).toBe(2);
});

testPostgres("an idle worker is told at the commit", async () => {
  const engine = await startEngine(postgres.url);
  const client = await connect(postgres.url);
  let woken = false;
  void engine.jobs.arrival({ queues: undefined, tasks: [TASK] }, new AbortController().signal).then(() => {
    woken = true;
  });
  await engine.inspect.get([]);
  await client.query("BEGIN");
  await engine.jobs.pushWithin(client, pushRequest([{}]));
  // Whoever else pushes meanwhile is not held up by the open transaction.
  await engine.jobs.push([pushRequest([{ task: "other" }])]);
  expect(woken).toBe(false);
  await client.query("COMMIT");
  await expect.poll(() => woken).toBe(true);
});

testPostgres("what answers otherwise than a transaction is refused as none", async () => {
  const engine = await startEngine(postgres.url);
  const push = engine.jobs.pushWithin({ query: async () => ({ rows: [["x"]] }) }, pushRequest([{}]));
  await expect(push).rejects.toMatchObject({ code: "TRANSACTION_UNSUPPORTED" });
});
