import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openApp, openByHand, temporaryFolder } from "./setup.ts";

/** What somebody may do to a waiting job's row by hand. */
test.each<[string, string]>([
  ["an input that is not JSON", "UPDATE lovage_job SET input = 'not { json' WHERE id = :id"],
  ["an input of bytes that are no text", "UPDATE lovage_job SET input = x'ff00fe' WHERE id = :id"],
  ["no input", "UPDATE lovage_job SET input = NULL WHERE id = :id"],
  ["headers that are a list", "UPDATE lovage_job SET headers = '[1,2]' WHERE id = :id"],
  ["headers that are a number", "UPDATE lovage_job SET headers = '7' WHERE id = :id"],
  ["headers that are null", "UPDATE lovage_job SET headers = 'null' WHERE id = :id"],
  ["headers of numbers", `UPDATE lovage_job SET headers = '{"lovage-input-version":{}}' WHERE id = :id`],
  ["an error that is a text", `UPDATE lovage_job SET error = '"broken"' WHERE id = :id`],
  ["a lane that is not there", "UPDATE lovage_job SET lane = 999 WHERE id = :id"],
  ["an instant past all dates", "UPDATE lovage_job SET created_at = 9000000000000000 WHERE id = :id"],
  ["a number that JavaScript has not", "UPDATE lovage_job SET created_at = 9223372036854775807 WHERE id = :id"],
  ["counters that are negative", "UPDATE lovage_job SET failures = -5, crashes = -5, fence = -5 WHERE id = :id"],
  ["another id", "UPDATE lovage_job SET id = 'no id at all' WHERE id = :id"],
  ["an empty id", "UPDATE lovage_job SET id = '' WHERE id = :id"],
  ["an expiry before its push", "UPDATE lovage_job SET expires_at = -1 WHERE id = :id"],
  [
    "a worker that nobody knows",
    "UPDATE lovage_job SET state = 'active', worker = 'ghost', exchange = 1 WHERE id = :id",
  ],
  ["a due job in no lane", "UPDATE lovage_job SET state = 'scheduled', due_at = 1, lane = 999 WHERE id = :id"],
  [
    "an active job in no lane",
    "UPDATE lovage_job SET state = 'active', worker = 'ghost', exchange = 1, lane = 999 WHERE id = :id",
  ],
  ["an expired job in no lane", "UPDATE lovage_job SET expires_at = 1, lane = 999 WHERE id = :id"],
  ["a finished job in no lane", "UPDATE lovage_job SET state = 'failed', prune_at = 1, lane = 999 WHERE id = :id"],
  ["no row any more", "DELETE FROM lovage_job WHERE id = :id"],
  ["lane counters that are wrong", "UPDATE lovage_lane SET ready = ready + 40, scheduled = -3 WHERE :id <> ''"],
  ["a worker row of nonsense", "INSERT INTO lovage_worker VALUES (:id, '', -1, '', '[7]', '[[]]', 0, 0, 0, 0, 0)"],
  ["a key row of nonsense", "INSERT INTO lovage_key VALUES ('t', :id, 'no job', '', 0)"],
  ["a progress of nobody", "INSERT INTO lovage_progress VALUES (-7, 'not json ' || :id)"],
  [
    "links that lead nowhere",
    `UPDATE lovage_job SET node = '{"workflow":"w","links":[7,{},{"to":"x","slot":0.5}]}', expires_at = 1 WHERE id = :id`,
  ],
  ["a slot of nobody", "INSERT INTO lovage_slot (job, slot) VALUES (-7, length(:id))"],
  ["a record of nonsense", "INSERT INTO lovage_record VALUES (:id, '', -1, '', -1, -1)"],
  ["a peer of nonsense", "INSERT INTO lovage_peer VALUES (:id, '/no/such/socket', 1, '')"],
])("%s: the neighbours run, delayed ones too, and the worker goes on", async (_, statement) => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app } = openApp(file);
  const task = app.task({ name: "t", run: async (n: number) => n });
  const before = await task.delayMany([1, 2, 3]);
  const victim = await task.delay(4);
  const after = await task.delayMany([5, 6, 7]);
  const delayed = await task.delay(8, { countdown: 300 });
  edit(openByHand(file), statement, victim.id);

  const worker = app.worker();
  await worker.start();
  const results = await Promise.all([...before, ...after, delayed].map((result) => result.get({ timeout: "10s" })));
  expect(results).toEqual([1, 2, 3, 5, 6, 7, 8]);
  // What is pushed now runs as well, and those who look at jobs can.
  expect(await (await task.delay(9)).get({ timeout: "10s" })).toBe(9);
  expect(await app.engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 })).toBeInstanceOf(Array);
  expect(await app.engine.inspect.queues()).toBeInstanceOf(Array);
  expect(await app.engine.inspect.workers()).toBeInstanceOf(Array);
  await worker.stop();
});

test.each<[string, string]>([
  ["a state that is none", "UPDATE lovage_job SET state = 'broken'"],
  ["active, in no worker's hands", "UPDATE lovage_job SET state = 'active'"],
  ["scheduled, for no time", "UPDATE lovage_job SET state = 'scheduled'"],
  ["a priority that is none", "UPDATE lovage_job SET priority = 10"],
  ["headers that are not JSON", "UPDATE lovage_job SET headers = '{'"],
  ["an error that is not JSON", "UPDATE lovage_job SET error = '{'"],
  ["a node that is no workflow's", "UPDATE lovage_job SET node = '{}'"],
  ["an input that is a number", "UPDATE lovage_job SET input = 7"],
  ["a time that is a text", "UPDATE lovage_job SET created_at = 'yesterday'"],
  ["a worker without tasks", "INSERT INTO lovage_worker VALUES ('a', '', 1, '', NULL, '{}', 0, 0, 0, 0, 0)"],
])("%s: refused to whoever writes it", async (_, statement) => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app } = openApp(file);
  await app.send("t", 1);
  expect(() => openByHand(file).exec(statement)).toThrow(/CHECK constraint failed|cannot store/);
});

test("a job that fits no queue is reported, can be looked at, and removed", async () => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app } = openApp(file);
  const result = await app.send("t", 1);
  edit(openByHand(file), "UPDATE lovage_job SET lane = 999 WHERE id = :id", result.id);
  const strays = { check: "stray jobs", ok: false, detail: expect.stringContaining(result.id) };
  expect(await app.engine.maintenance.diagnose()).toContainEqual(strays);
  expect(await result.snapshot()).toMatchObject({ state: "ready", task: "(lane 999 is missing)" });
  await result.forget();
  expect(await app.engine.maintenance.diagnose()).toContainEqual({ check: "stray jobs", ok: true, detail: "none" });
});

test("a job made ready by hand is reported, and runs once the jobs were counted anew", async () => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app } = openApp(file);
  const task = app.task({ name: "t", run: async () => "done" });
  const result = await task.delay(undefined, { countdown: "1h" });
  edit(openByHand(file), "UPDATE lovage_job SET state = 'ready' WHERE id = :id", result.id);
  await app.worker().drain();
  expect(await result.state()).toBe("ready");
  const findCounters = async () => (await app.engine.maintenance.diagnose()).find(({ check }) => check === "counters");
  expect(await findCounters()).toMatchObject({ ok: false, detail: expect.stringContaining("lovage migrate") });
  expect(await app.engine.maintenance.migrate({ dryRun: true })).toMatchObject({ applied: [] });
  expect(await app.engine.maintenance.migrate({ dryRun: false })).toMatchObject({ applied: ["recount"] });
  expect(await findCounters()).toMatchObject({ ok: true });
  expect(await app.engine.inspect.queues()).toMatchObject([{ ready: 1, scheduled: 0 }]);
  await app.worker().drain();
  expect(await result.get()).toBe("done");
});

test("a job whose input cannot be read fails, with a line in the log", async () => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app, lines } = openApp(file);
  const task = app.task({ name: "t", run: async () => "done" });
  const result = await task.delay();
  edit(openByHand(file), "UPDATE lovage_job SET input = 'not { json' WHERE id = :id", result.id);
  await app.worker().drain();
  await expect(result.get()).rejects.toMatchObject({ code: "JOB_FAILED", cause: { code: "INPUT_INVALID" } });
  expect(lines).toMatchObject([{ level: "error", fields: { task: "t", id: result.id } }]);
});

test.each([
  ["a result", "UPDATE lovage_job SET result = 'not { json' WHERE id = :id"],
  ["a result of bytes", "UPDATE lovage_job SET result = x'ff00' WHERE id = :id"],
])("%s that is not JSON is a typed error for whoever reads it", async (_, statement) => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app } = openApp(file);
  const task = app.task({ name: "t", run: async () => "done" });
  const result = await task.delay();
  await app.worker().drain();
  edit(openByHand(file), statement, result.id);
  await expect(result.get()).rejects.toMatchObject({ code: "STORAGE_INVALID", details: { id: result.id } });
  expect(await result.state()).toBe("succeeded");
});

function edit(database: DatabaseSync, statement: string, id: string): void {
  database.prepare(statement).run({ id });
  database.close();
}
