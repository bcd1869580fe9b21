import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { openConnection } from "../../../src/engines/sqlite/database/connection.ts";
import { migrate } from "../../../src/engines/sqlite/database/migrate.ts";
import { notSynced } from "../../../src/engines/sqlite/errors.ts";
import { encodePush } from "../../../src/engines/sqlite/jobs/push-wire.ts";
import { readSqliteOptions } from "../../../src/engines/sqlite/options.ts";
import type { Notice, OperationName, Operations } from "../../../src/engines/sqlite/protocol.ts";
import { GroupCommit } from "../../../src/engines/sqlite/thread/group-commit.ts";
import { LockTurn } from "../../../src/engines/sqlite/thread/lock-turn.ts";
import { StoreOperations } from "../../../src/engines/sqlite/thread/store-operations.ts";
import { nowMs, Turnstile } from "../../../src/engines/sqlite/thread/turnstile.ts";
import { type Committed, Work } from "../../../src/engines/sqlite/work.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { claimRequest, newJob, openEngine, pushRequest, temporaryPath, workerDescription } from "./setup.ts";

const far = (): number => Date.now() + 10_000;

function idsOf(notices: readonly Notice[]): readonly number[] {
  return notices.flatMap((notice) => ("id" in notice ? [notice.id] : []));
}

/** Takes the write lock, once engines have written what their start left to do. */
function beginAlone(database: DatabaseSync): Promise<void> {
  return vi.waitFor(() => database.exec("BEGIN IMMEDIATE"), { timeout: 10_000 });
}

/** A group commit on a real file, on this thread, so that a test can see its transactions. */
function openGroupCommit(path: string) {
  const settings = readSqliteOptions({ path });
  const connection = openConnection(settings, far());
  onTestFinished(() => connection.close());
  migrate(connection, { namespace: settings.namespace, dryRun: false, deadlineAt: far() });
  const work = new Work(connection.database, connection.statements);
  const answers: Notice[][] = [];
  const committed: Committed[] = [];
  const durable: Committed[] = [];
  const logged: string[] = [];
  const turnstile = new Turnstile(path);
  onTestFinished(() => turnstile.close(true));
  const commits = new GroupCommit({
    connection,
    turn: new LockTurn(turnstile, () => undefined),
    work,
    operations: new StoreOperations(connection, work, settings),
    collect: () => {},
    delegate: () => false,
    answer: (notices) => void answers.push([...notices]),
    onCommitted: (done) => void committed.push(done),
    onDurable: (done) => void durable.push(done),
    recordChanges: () => false,
    logger: { log: (_level, message) => void logged.push(message) },
  });
  let id = 0;
  const submit = <Name extends OperationName>(
    name: Name,
    request: Operations[Name]["request"],
    deadlineAt: number = far(),
  ): void => {
    id += 1;
    commits.submit({ id, name, request, deadlineAt });
  };
  const push = (job: NewJob, deadlineAt?: number): void => submit("push", encodePush([pushRequest(job)]), deadlineAt);
  return { connection, commits, answers, committed, durable, logged, turnstile, push, submit };
}

test("requests that wait together are one transaction, answered together", async () => {
  const { commits, answers, committed, push } = openGroupCommit(temporaryPath());
  // Preparing the statements alone may take as long as a transaction may last.
  push(newJob());
  await commits.run();
  for (let count = 0; count < 50; count += 1) push(newJob());
  await commits.run();
  expect(answers.map((notices) => notices.length)).toEqual([1, 50]);
  expect(committed[1]).toEqual({ ready: [{ queue: "queue", task: "task", count: 50 }], changes: [] });
});

test("a transaction takes a request also where beginning it took long", async () => {
  const { connection, commits, committed, push } = openGroupCommit(temporaryPath());
  // 50,000 lanes take longer to read than a transaction may last, and other processes may commit before each of ours.
  connection.database.exec(`
    WITH RECURSIVE number (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM number WHERE value < 50000)
    INSERT INTO lovage_lane (queue, task) SELECT 'queue', value FROM number`);
  push(newJob());
  await commits.run();
  expect(committed).toHaveLength(1);
});

test("a request that fills the disk fails alone, and its neighbours are stored", async () => {
  const { connection, commits, answers, push } = openGroupCommit(temporaryPath());
  const pages = connection.database.prepare("PRAGMA page_count").get()?.page_count;
  connection.database.exec(`PRAGMA max_page_count = ${Number(pages) + 10}`);
  push(newJob());
  push(newJob({ input: "x".repeat(1_000_000) }));
  push(newJob());
  await commits.run();
  expect(answers.flat()).toMatchObject([
    { kind: "reply", id: 1 },
    { kind: "failure", id: 2, error: { code: "STORAGE_FULL" } },
    { kind: "reply", id: 3 },
  ]);
  expect(connection.database.prepare("SELECT ready FROM lovage_lane").all()).toMatchObject([{ ready: 2 }]);
  expect(connection.database.prepare("SELECT count(*) AS jobs FROM lovage_job").get()).toMatchObject({ jobs: 2 });
});

test("a lock that is held ends each request at its own deadline, and the rest go through when it is free", async () => {
  const path = temporaryPath();
  const { connection, commits, answers, push } = openGroupCommit(path);
  const other = openConnection(readSqliteOptions({ path }), far());
  other.database.exec("BEGIN IMMEDIATE");
  push(newJob(), Date.now() + 30);
  push(newJob());
  const running = commits.run();
  await expect.poll(() => answers.flat()).toMatchObject([{ id: 1, error: { code: "ENGINE_TIMEOUT" } }]);
  other.database.exec("COMMIT");
  other.close();
  await running;
  expect(answers.flat()).toMatchObject([{ id: 1 }, { kind: "reply", id: 2 }]);
  expect(connection.database.prepare("SELECT count(*) AS jobs FROM lovage_job").get()).toMatchObject({ jobs: 1 });
});

test("nobody is told that it was stored before it is on the disk, and others may write meanwhile", async () => {
  const { connection, commits, answers, committed, durable, turnstile, push } = openGroupCommit(temporaryPath());
  const seen: unknown[] = [];
  const sync = connection.sync.bind(connection);
  vi.spyOn(connection, "sync").mockImplementation(() => {
    seen.push({
      answers: answers.length,
      woken: committed.length,
      told: durable.length,
      ahead: turnstile.ahead(nowMs()).length,
    });
    sync();
  });
  push(newJob());
  await commits.run();
  expect(seen).toEqual([{ answers: 0, woken: 1, told: 0, ahead: 0 }]);
  expect([answers.length, durable.length]).toEqual([1, 1]);
});

test("a claim is answered before it is on the disk, unless it settles what it hands out", async () => {
  // One transaction, however slow this machine is.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { connection, commits, answers, push, submit } = openGroupCommit(temporaryPath());
  const answeredBeforeDisk: unknown[] = [];
  vi.spyOn(connection, "sync").mockImplementation(() => void answeredBeforeDisk.push(idsOf(answers.flat())));
  submit("register", { worker: workerDescription("w"), leaseMs: 60_000 });
  push(newJob());
  push(newJob({ ack: "early" }));
  const claim = claimRequest({ max: 1 });
  for (const exchange of [1, 2]) submit("exchange", { worker: "w", exchange, settlements: [], claim });
  await commits.run();
  expect(answeredBeforeDisk).toEqual([[4]]);
  // Pushes go first.
  expect(idsOf(answers.flat())).toEqual([4, 2, 3, 1, 5]);
});

test("a disk that does not confirm fails the requests, and a repeat finds what they stored", async () => {
  const { connection, commits, answers, durable, logged, push } = openGroupCommit(temporaryPath());
  vi.spyOn(connection, "sync").mockImplementationOnce(() => {
    throw notSynced(connection.path, new Error("EIO"));
  });
  const job = newJob();
  push(job);
  await commits.run();
  push(job);
  await commits.run();
  expect(answers.flat()).toMatchObject([
    { id: 1, error: { code: "ENGINE_UNAVAILABLE" } },
    { kind: "reply", id: 2 },
  ]);
  expect([durable.length, logged]).toEqual([1, ["the disk did not confirm a commit"]]);
  expect(connection.database.prepare("SELECT count(*) AS jobs FROM lovage_job").get()).toMatchObject({ jobs: 1 });
});

test("of many that push while the lock is held two queue for it, and the others' pushes ride with the second", async () => {
  const path = temporaryPath();
  const engines = await Promise.all(Array.from({ length: 5 }, () => openEngine(path)));
  const holder = openConnection(readSqliteOptions({ path }), far());
  onTestFinished(() => holder.close());
  const queue = new Turnstile(path, 255);
  onTestFinished(() => queue.close(false));
  await beginAlone(holder.database);
  const pushes = engines.map((engine) => engine.jobs.push([pushRequest(newJob())]));
  await expect.poll(() => queue.ahead(nowMs()).length).toBe(2);
  holder.database.exec("COMMIT");
  const replies = await Promise.all(pushes);
  expect(replies.flat()).toMatchObject(engines.map(() => ({ status: "stored", jobs: [{ outcome: "created" }] })));
  expect(await engines[0]?.inspect.count({})).toBe(engines.length);
});

test("a push that another process should have done, and has not in time, is done", async () => {
  const path = temporaryPath();
  const engines = await Promise.all([openEngine(path), openEngine(path), openEngine(path)]);
  const holder = openConnection(readSqliteOptions({ path }), far());
  onTestFinished(() => holder.close());
  await beginAlone(holder.database);
  const pushes = engines.map((engine) => engine.jobs.push([pushRequest(newJob())]));
  // Longer than what was handed over is valid.
  await expect(Promise.race([...pushes, new Promise((resolve) => setTimeout(resolve, 300, "held"))])).resolves.toBe(
    "held",
  );
  holder.database.exec("COMMIT");
  expect((await Promise.all(pushes)).flat()).toMatchObject(engines.map(() => ({ status: "stored" })));
  expect(await engines[0]?.inspect.count({})).toBe(engines.length);
});

test("a call of another process that is not valid any more is refused to it, and not stored", async () => {
  const { connection, commits, answers } = openGroupCommit(temporaryPath());
  const request = encodePush([pushRequest(newJob())]);
  commits.submit({ id: -1, name: "push", request, deadlineAt: far(), validUntilMs: nowMs() - 1 });
  commits.submit({ id: -2, name: "push", request, deadlineAt: far(), validUntilMs: nowMs() + 10_000 });
  await commits.run();
  expect(answers.flat()).toMatchObject([
    { kind: "failure", id: -1 },
    { kind: "reply", id: -2, reply: [undefined] },
  ]);
  expect(connection.database.prepare("SELECT count(*) AS jobs FROM lovage_job").get()).toMatchObject({ jobs: 1 });
});

test("the log begins anew while several write without a pause", async () => {
  const path = temporaryPath();
  const engines = await Promise.all([openEngine(path), openEngine(path), openEngine(path)]);
  let largest = 0;
  await Promise.all(
    engines.map(async (engine) => {
      for (let count = 0; count < 1_500; count += 1) {
        await engine.jobs.push([pushRequest(newJob())]);
        largest = Math.max(largest, statSync(`${path}-wal`).size);
      }
    }),
  );
  // SQLite copies the log back at 1,000 pages of 4,120 bytes. Where others write meanwhile it grows to over 4,000.
  expect(largest).toBeLessThan(1_500 * 4_120);
});

test("a read that meets the recovery of the log is repeated until it can be answered, or its deadline has passed", async () => {
  const { connection, commits, answers, push, submit } = openGroupCommit(temporaryPath());
  push(newJob());
  await commits.run();
  const exec = connection.database.exec.bind(connection.database);
  let failures = 0;
  vi.spyOn(connection.database, "exec").mockImplementation((sql) => {
    if (sql === "BEGIN" && failures > 0) {
      failures -= 1;
      // SQLITE_BUSY_RECOVERY
      throw Object.assign(new Error("database is locked"), { code: "ERR_SQLITE_ERROR", errcode: 261 });
    }
    exec(sql);
  });
  failures = 3;
  submit("count", {});
  await commits.run();
  expect([answers.flat().at(-1), failures]).toMatchObject([{ kind: "reply", reply: 1 }, 0]);
  failures = Number.POSITIVE_INFINITY;
  submit("count", {}, Date.now() + 20);
  await commits.run();
  expect(answers.flat().at(-1)).toMatchObject({ kind: "failure", error: { code: "ENGINE_TIMEOUT" } });
});

test("a refused request does not touch its neighbours of the same turn", async () => {
  const engine = await openEngine(temporaryPath());
  const key = { key: "k", inputHash: "h", ttlMs: 60_000 };
  await engine.jobs.push([pushRequest(newJob({ key }))]);
  const good = Array.from({ length: 20 }, () => newJob());
  const bad = [
    newJob({ key: { ...key, inputHash: "other" } }),
    newJob({ input: "\ud800" }),
    newJob({ priority: 11 }),
    newJob({ due: { afterMs: Number.NaN } }),
  ];
  const replies = await Promise.all([...good, ...bad].map((job) => engine.jobs.push([pushRequest(newJob(), job)])));
  const statuses = replies.map(([reply]) => reply?.status);
  expect(statuses).toEqual([...good.map(() => "stored"), ...bad.map(() => "refused")]);
  expect(await engine.inspect.count({})).toBe(1 + 2 * good.length);
  expect(await engine.maintenance.diagnose()).toContainEqual(expect.objectContaining({ check: "counters", ok: true }));
});
