import { DatabaseSync } from "node:sqlite";
import fastCheck from "fast-check";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { claimRequest, newJob, openEngine, pushRequest, registerWorker, temporaryPath } from "./setup.ts";
import { WorkflowWalk, workflowOf, workflowShapes, workflowSteps } from "./workflow-walk.ts";

const retainMs = 60_000;

test("whatever happens to a workflow, its jobs stand as in memory, and the file is in order", async () => {
  const path = temporaryPath();
  const sqlite = await openEngine(path);
  const property = fastCheck.asyncProperty(workflowShapes, workflowSteps, async (shape, steps) => {
    const memory = createMemoryEngine();
    await memory.start();
    const jobs = workflowOf(shape);
    for (const engine of [memory, sqlite]) {
      await empty(engine);
      await registerWorker(engine, "w");
      await engine.jobs.push([pushRequest(...jobs)]);
    }
    await new WorkflowWalk([memory, sqlite], jobs).run(steps);
    await memory.stop();
  });
  await fastCheck.assert(property, { numRuns: 100 });
  expect((await sqlite.maintenance.diagnose()).filter(({ ok }) => !ok)).toEqual([]);
  await empty(sqlite);
  expect(countRows(path, "lovage_job")).toBe(0);
  expect(countRows(path, "lovage_slot")).toBe(0);
}, 120_000);

test("a chain of 5,000 ends at once, whoever ends its first job", async () => {
  const engine = await openEngine(temporaryPath());
  const jobs = chain(5_000);
  await engine.jobs.push([pushRequest(...jobs)]);
  const selection = { ids: [jobs[0]?.id ?? ""] };
  await engine.inspect.revoke({ selection, dryRun: false, reason: "not needed", retainMs });
  expect(await engine.inspect.count({ states: ["revoked"] })).toBe(5_000);
  expect(await engine.inspect.retry({ selection, dryRun: false })).toEqual({ changed: 1, skipped: [] });
  expect(await engine.inspect.count({ states: ["waiting"] })).toBe(4_999);
});

test("more jobs of a workflow than one step takes are revoked by filter, each once", async () => {
  const engine = await openEngine(temporaryPath());
  const jobs = chain(2_500);
  await engine.jobs.push([pushRequest(...jobs, newJob())]);
  const filter = { workflow: jobs[0]?.id ?? "", states: ["waiting"] as const };
  const dry = await engine.inspect.revoke({ selection: { filter }, dryRun: true, reason: "not needed", retainMs });
  expect(dry.changed).toBe(2_499);
  await engine.inspect.revoke({ selection: { filter }, dryRun: false, reason: "not needed", retainMs });
  expect(await engine.inspect.count({ states: ["revoked"] })).toBe(2_499);
  expect(await engine.inspect.count({ states: ["ready"] })).toBe(2);
});

test("jobs that wait are listed without a walk past those that have ended", async () => {
  const engine = await openEngine(temporaryPath());
  const jobs = chain(4);
  await engine.jobs.push([pushRequest(...jobs)]);
  const listed = await engine.inspect.list({ filter: { states: ["waiting", "ready"] }, cursor: undefined, limit: 3 });
  expect(listed.map(({ id }) => id)).toEqual(
    jobs
      .map(({ id }) => id)
      .reverse()
      .slice(0, 3),
  );
});

test("a workflow pushed in a caller's transaction is gone after its rollback, and runs after its commit", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  const jobs = chain(2);
  for (const end of ["ROLLBACK", "COMMIT"]) {
    database.exec("BEGIN IMMEDIATE");
    expect((await engine.jobs.pushWithin(database, pushRequest(...jobs))).status).toBe("stored");
    database.exec(end);
    expect(countRows(path, "lovage_slot")).toBe(end === "COMMIT" ? 1 : 0);
  }
  database.close();
  await registerWorker(engine, "w");
  const request = { worker: "w", exchange: 1, settlements: [], claim: claimRequest() };
  const { claimed } = await engine.jobs.exchange(request);
  const outcome = { kind: "succeeded", result: "7", retainMs } as const;
  const settlements = claimed.map((job) => ({ ...job, outcome, effects: [] }));
  const next = await engine.jobs.exchange({ ...request, exchange: 2, settlements });
  expect(next.claimed.map(({ id, filled }) => [id, filled?.length])).toEqual([[jobs[1]?.id, 1]]);
});

test("records past their time are pruned, few at a time", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const gone = { kind: "k", expected: 0, value: "1", due: undefined, ttlMs: 0 } as const;
  await engine.records?.write(
    Array.from({ length: 5 }, (_, index) => ({ ...gone, id: String(index) })),
    [],
  );
  await engine.upkeep.prune({ max: 3, maxFinished: 10 });
  expect(countRows(path, "lovage_record")).toBe(2);
});

/** Jobs of which each waits for the one before. */
function chain(length: number): readonly NewJob[] {
  const ids = Array.from({ length }, () => newId());
  const workflow = ids[0] ?? "";
  return ids.map((id, index) => {
    const next = ids[index + 1];
    const links = next === undefined ? [] : [{ to: next, slot: 0, on: "success" } as const];
    return newJob({ id, node: { workflow, slots: index === 0 ? 0 : 1, links } });
  });
}

async function empty(engine: Engine): Promise<void> {
  await engine.inspect.revoke({ selection: { filter: {} }, dryRun: false, reason: "over", retainMs });
  await engine.liveness.deregister("w");
  await engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
}

function countRows(path: string, table: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
  database.close();
  return row?.count;
}
