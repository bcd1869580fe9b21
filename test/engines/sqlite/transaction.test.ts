import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { newJob, openEngine, pushRequest, registerWorker, temporaryPath } from "./setup.ts";

function openByCaller(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

test("a job pushed in a caller's transaction is there after the commit, with the caller's row, and not before", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  database.exec("CREATE TABLE orders (id INTEGER)");
  const job = newJob();
  database.exec("BEGIN IMMEDIATE; INSERT INTO orders VALUES (1)");
  const reply = await engine.jobs.pushWithin(database, pushRequest(job));
  expect(reply).toEqual({ status: "stored", jobs: [{ id: job.id, outcome: "created" }] });
  expect(await engine.inspect.get([job.id])).toEqual([undefined]);
  database.exec("COMMIT");
  expect(await engine.inspect.get([job.id])).toMatchObject([{ id: job.id, state: "ready" }]);
  expect(await engine.inspect.queues()).toMatchObject([{ queue: "queue", ready: 1 }]);
});

test("nothing is left after a rollback", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  const job = newJob({ key: { key: "k", inputHash: "h", ttlMs: 60_000 } });
  database.exec("BEGIN");
  await engine.jobs.pushWithin(database, pushRequest(job));
  database.exec("ROLLBACK");
  expect(await engine.inspect.get([job.id])).toEqual([undefined]);
  expect(await engine.inspect.count({})).toBe(0);
  const again = await engine.jobs.push([pushRequest(newJob({ key: { key: "k", inputHash: "other", ttlMs: 60_000 } }))]);
  expect(again).toMatchObject([{ status: "stored", jobs: [{ outcome: "created" }] }]);
});

test("a refused push leaves the caller's transaction as it was", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const key = { key: "k", inputHash: "h", ttlMs: 60_000 };
  await engine.jobs.push([pushRequest(newJob({ key }))]);
  const database = openByCaller(path);
  database.exec("BEGIN; CREATE TABLE orders (id INTEGER)");
  const conflict = pushRequest(newJob(), newJob({ key: { ...key, inputHash: "other" } }));
  expect(await engine.jobs.pushWithin(database, conflict)).toMatchObject({
    status: "refused",
    error: { code: "KEY_CONFLICT" },
  });
  expect(database.isTransaction).toBe(true);
  const second = newJob();
  await engine.jobs.pushWithin(database, pushRequest(second));
  database.exec("INSERT INTO orders VALUES (1); COMMIT");
  expect(await engine.inspect.count({})).toBe(2);
  expect(await engine.inspect.get([second.id])).toMatchObject([{ state: "ready" }]);
});

test("two pushes in one transaction, of a task that is new, share its lane", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  database.exec("BEGIN");
  await engine.jobs.pushWithin(database, pushRequest(newJob({ task: "new" })));
  await engine.jobs.pushWithin(database, pushRequest(newJob({ task: "new" })));
  database.exec("COMMIT");
  expect(await engine.inspect.count({ tasks: ["new"], states: ["ready"] })).toBe(2);
});

test("an idle worker is woken soon after the commit, and watchers hear of the job", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  await registerWorker(engine, "worker");
  const changed: string[] = [];
  await engine.jobs.changes((changes) => changed.push(...changes.map(({ id }) => id)));
  const arrived = engine.jobs.arrival({ queues: undefined, tasks: ["task"] }, AbortSignal.timeout(20_000));
  const database = openByCaller(path);
  const job = newJob();
  database.exec("BEGIN");
  await engine.jobs.pushWithin(database, pushRequest(job));
  database.exec("COMMIT");
  const startedMs = performance.now();
  await arrived;
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  await expect.poll(() => changed).toEqual([job.id]);
});

test.each([
  ["no connection at all", () => ({}), /not a DatabaseSync/],
  ["a connection without a transaction", (path: string) => openByCaller(path), /no transaction is open/],
  [
    "a closed connection",
    (path: string) => {
      const database = openByCaller(path);
      database.close();
      return database;
    },
    /is closed/,
  ],
  [
    "a transaction on another file",
    () => {
      const database = openByCaller(temporaryPath());
      database.exec("BEGIN; CREATE TABLE t (x)");
      return database;
    },
    /not on/,
  ],
  [
    "a transaction in memory",
    () => {
      const database = openByCaller(":memory:");
      database.exec("BEGIN");
      return database;
    },
    /in memory/,
  ],
])("%s is refused with the reason", async (_, transaction, message) => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const pushing = engine.jobs.pushWithin(transaction(path), pushRequest(newJob()));
  await expect(pushing).rejects.toMatchObject({
    code: "TRANSACTION_UNSUPPORTED",
    message: expect.stringMatching(message),
  });
});

test("a connection that reads integers as bigints will do", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = new DatabaseSync(path, { readBigInts: true, returnArrays: true, allowBareNamedParameters: false });
  onTestFinished(() => database.close());
  const job = newJob({ key: { key: "k", inputHash: "h", ttlMs: 60_000 } });
  database.exec("BEGIN");
  expect(await engine.jobs.pushWithin(database, pushRequest(job, job))).toMatchObject({
    jobs: [{ outcome: "created" }, { outcome: "existing" }],
  });
  database.exec("COMMIT");
  expect(await engine.inspect.count({})).toBe(1);
});

test("a transaction that has read what another has changed since is told to begin anew", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  database.exec("BEGIN");
  database.prepare("SELECT count(*) FROM lovage_job").get();
  await engine.jobs.push([pushRequest(newJob())]);
  await expect(engine.jobs.pushWithin(database, pushRequest(newJob()))).rejects.toMatchObject({
    code: "ENGINE_TIMEOUT",
    message: expect.stringContaining("BEGIN IMMEDIATE"),
  });
});

test("a connection whose file was deleted is not the engine's", async () => {
  const engine = await openEngine(temporaryPath());
  const elsewhere = temporaryPath();
  const database = openByCaller(elsewhere);
  database.exec("CREATE TABLE orders (id INTEGER); BEGIN");
  rmSync(elsewhere);
  await expect(engine.jobs.pushWithin(database, pushRequest(newJob()))).rejects.toMatchObject({
    code: "TRANSACTION_UNSUPPORTED",
  });
});

test("a push that fails half-way leaves nothing of itself to the caller's commit", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  database.exec("CREATE TABLE orders (id INTEGER); CREATE TABLE audit (job TEXT CHECK (job <> ''), padding BLOB)");
  // A statement that has a trigger is undone alone when the disk is full: the transaction and the rows before stay.
  database.exec(
    "CREATE TRIGGER log AFTER INSERT ON lovage_job BEGIN INSERT INTO audit VALUES (new.id, zeroblob(9000)); END",
  );
  const pages = database.prepare("PRAGMA page_count").get()?.page_count;
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 20}`);
  database.exec("BEGIN IMMEDIATE; INSERT INTO orders VALUES (1)");
  const batch = Array.from({ length: 50 }, () => newJob());
  await expect(engine.jobs.pushWithin(database, pushRequest(...batch))).rejects.toMatchObject({ code: "STORAGE_FULL" });
  expect(database.isTransaction).toBe(true);
  database.exec("COMMIT");
  expect(database.prepare("SELECT count(*) AS orders FROM orders").get()).toEqual({ orders: 1 });
  expect(await engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 })).toEqual([]);
});

test("a push whose counters cannot be written leaves no job without them", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  database.exec("CREATE TEMP TRIGGER no BEFORE UPDATE ON lovage_lane BEGIN SELECT raise(ABORT, 'no counters'); END");
  database.exec("BEGIN");
  await expect(engine.jobs.pushWithin(database, pushRequest(newJob()))).rejects.toMatchObject({
    code: "ENGINE_UNAVAILABLE",
  });
  database.exec("DROP TRIGGER no");
  const second = newJob();
  await engine.jobs.pushWithin(database, pushRequest(second));
  database.exec("COMMIT");
  const jobs = await engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 });
  expect(jobs.map(({ id }) => id)).toEqual([second.id]);
  expect(await engine.inspect.queues()).toMatchObject([{ queue: "queue", ready: 1 }]);
});

test("where a full disk ends the caller's transaction, it is over, and nothing was stored", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = openByCaller(path);
  const pages = database.prepare("PRAGMA page_count").get()?.page_count;
  database.exec(`PRAGMA max_page_count = ${Number(pages) + 5}`);
  database.exec("BEGIN");
  const batch = Array.from({ length: 100 }, () => newJob({ input: `"${"x".repeat(2_000)}"` }));
  await expect(engine.jobs.pushWithin(database, pushRequest(...batch))).rejects.toMatchObject({ code: "STORAGE_FULL" });
  expect(database.isTransaction).toBe(false);
  expect(await engine.inspect.count({})).toBe(0);
});
