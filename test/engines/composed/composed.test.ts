import { expect, onTestFinished, test } from "vitest";
import type { Archive, Engine } from "../../../src/engine/index.ts";
import { createComposedEngine } from "../../../src/engines/composed/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import { CapabilityMissing, EngineUnavailable, NotJson } from "../../../src/kernel/errors.ts";
import { newId } from "../../../src/kernel/id.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { newJob } from "../../../src/testing/conformance/trial.ts";
import { failed, succeeded, TestWorker } from "../../../src/testing/conformance/worker.ts";

const HOLD_MS = 1_000;
const many = { max: 1_000, maxFinished: 1_000 };

/** A composed engine whose sides can be asked by themselves, on a clock that stands still. */
async function compose(withhold: Partial<Archive> = {}) {
  const clock = new FakeClock({ startAt: Date.now() });
  const lines: string[] = [];
  const broker = createMemoryEngine({ namespace: "broker", clock });
  const memory = createMemoryEngine({ namespace: "results", clock });
  const results: Engine = { ...memory, archive: { ...archiveOf(memory), ...withhold } };
  const logger = { log: (_: unknown, message: string) => void lines.push(message) };
  const engine = createComposedEngine({ broker, results, clock, logger, holdMs: HOLD_MS });
  onTestFinished(() => engine.stop());
  await engine.start();
  const worker = new TestWorker(engine, { id: "worker", leaseMs: 1_000_000 });
  await worker.register();
  return { engine, broker, results, clock, worker, lines };
}

function archiveOf({ archive }: Engine): Archive {
  if (archive === undefined) throw new RangeError("The engine has no archive.");
  return archive;
}

async function push(engine: Engine, id: string = newId()): Promise<string> {
  await engine.jobs.push([{ jobs: [newJob({ id })], maxDepth: {}, deadlineAt: Number.MAX_SAFE_INTEGER }]);
  return id;
}

const stateIn = async ({ inspect }: Engine, id: string) => (await inspect.get([id]))[0]?.state;

test("a job that has ended stays in the broker for a while, then moves by itself", async () => {
  const { engine, broker, results, clock, worker } = await compose();
  const id = await push(engine);
  await worker.succeed(await worker.claimOne(), "1");
  await clock.advance(HOLD_MS - 1);
  expect([await stateIn(broker, id), await stateIn(results, id)]).toEqual(["succeeded", undefined]);
  await clock.advance(2 * HOLD_MS);
  await expect.poll(() => stateIn(broker, id)).toBe(undefined);
  expect([await stateIn(results, id), await stateIn(engine, id)]).toEqual(["succeeded", "succeeded"]);
});

test("what a worker left behind is moved by the upkeep of another", async () => {
  const { engine, broker, results, clock } = await compose();
  // As a process does that ends right after its settlement: nobody's timer runs.
  const worker = new TestWorker(broker, { id: "gone", leaseMs: 1_000_000 });
  await worker.register();
  const id = await push(engine);
  await worker.succeed(await worker.claimOne());
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  expect([await stateIn(broker, id), await stateIn(results, id)]).toEqual([undefined, "succeeded"]);
});

test("stored and not yet dropped, a job is shown once, and is dropped by the next one to look", async () => {
  const { engine, broker, results, clock, worker } = await compose();
  const id = await push(engine);
  await worker.succeed(await worker.claimOne());
  await archiveOf(results).store(await archiveOf(broker).ended({ max: 1, forMs: 0 }));
  expect(await engine.inspect.list({ filter: {}, cursor: undefined, limit: 10 })).toHaveLength(1);
  await clock.advance(HOLD_MS);
  await Promise.all([engine.upkeep.prune(many), engine.upkeep.prune(many)]);
  expect([await stateIn(broker, id), await engine.inspect.count({})]).toEqual([undefined, 1]);
});

test("while the results are away jobs wait in the broker, whatever their number, and the log says so once", async () => {
  let isAway = true;
  const stored: string[] = [];
  const { engine, broker, clock, worker, lines } = await compose({
    async store(jobs) {
      if (isAway) throw new EngineUnavailable("away");
      stored.push(...jobs.map(({ record }) => record.id));
    },
  });
  const id = await push(engine);
  await worker.succeed(await worker.claimOne());
  await clock.advance(HOLD_MS);
  for (let count = 0; count < 3; count += 1) await engine.upkeep.prune({ max: 10, maxFinished: 0 });
  expect([await stateIn(broker, id), await stateIn(engine, id)]).toEqual(["succeeded", "succeeded"]);
  expect(lines).toEqual([expect.stringMatching(/cannot be moved/)]);
  isAway = false;
  await engine.upkeep.prune(many);
  expect([stored, await stateIn(broker, id), lines.length]).toEqual([[id], undefined, 2]);
});

test("a job that the results store refuses holds up no other", async () => {
  const bad = newId();
  const stored: string[] = [];
  const { engine, broker, clock, worker, lines } = await compose({
    async store(jobs) {
      if (jobs.some(({ record }) => record.id === bad)) throw new NotJson("no");
      stored.push(...jobs.map(({ record }) => record.id));
    },
  });
  const ids = [bad, await push(engine, bad).then(() => push(engine))];
  for (const job of await worker.claim(2)) await worker.succeed(job);
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  expect([stored, await stateIn(broker, bad)]).toEqual([ids.slice(1), "succeeded"]);
  expect(lines).toContain("the results store refuses a job; it stays in the broker");
});

test("an archived job is retried in the broker, under its fence, and its later end replaces the earlier", async () => {
  const { engine, broker, results, clock, worker } = await compose();
  const id = await push(engine);
  const first = await worker.claimOne();
  await worker.settle(first, failed("no"));
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  const selection = { ids: [id] };
  expect(await engine.inspect.retry({ selection, dryRun: true })).toEqual({ changed: 1, skipped: [] });
  expect(await engine.inspect.retry({ selection, dryRun: false })).toEqual({ changed: 1, skipped: [] });
  expect([await stateIn(broker, id), await stateIn(results, id)]).toEqual(["ready", undefined]);
  const second = await worker.claimOne();
  expect(second.fence).toBe(first.fence + 1);
  await worker.succeed(second);
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  expect(await stateIn(results, id)).toBe("succeeded");
});

test("jobs of both sides are listed, counted, retried and removed by filter", async () => {
  const { engine, results, clock, worker } = await compose();
  const [archived] = [await push(engine)];
  await worker.settle(await worker.claimOne(), failed("no"));
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  const standing = await push(engine);
  await worker.settle(await worker.claimOne(), failed("no"));
  expect(await stateIn(results, archived)).toBe("failed");
  const filter = { states: ["failed"] } as const;
  const page = await engine.inspect.list({ filter, cursor: undefined, limit: 1 });
  const next = await engine.inspect.list({ filter, cursor: standing, limit: 1 });
  expect([...page, ...next].map(({ id }) => id)).toEqual([standing, archived]);
  expect(await engine.inspect.count(filter)).toBe(2);
  expect(await engine.inspect.retry({ selection: { filter }, dryRun: true })).toEqual({ changed: 2, skipped: [] });
  expect(await engine.inspect.retry({ selection: { filter }, dryRun: false })).toEqual({ changed: 2, skipped: [] });
  expect(await engine.inspect.remove({ selection: { filter: {} }, dryRun: false })).toEqual({
    changed: 2,
    skipped: [],
  });
});

test("a push and a settlement can be repeated after the job has left the broker", async () => {
  const { engine, broker, clock, worker } = await compose();
  const id = await push(engine);
  const job = await worker.claimOne();
  await worker.succeed(job);
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  expect(await worker.settle(job, succeeded())).toEqual({ status: "applied", state: "succeeded" });
  const jobs = [newJob({ id }), newJob()];
  const [reply] = await engine.jobs.push([{ jobs, maxDepth: {}, deadlineAt: Number.MAX_SAFE_INTEGER }]);
  expect(reply).toMatchObject({ jobs: [{ id, outcome: "existing" }, { outcome: "created" }] });
  expect(await stateIn(broker, id)).toBe(undefined);
});

test("an archived job cannot be revoked, and an unknown one is not found", async () => {
  const { engine, clock, worker } = await compose();
  const [id, unknown] = [await push(engine), newId()];
  await worker.succeed(await worker.claimOne());
  await clock.advance(HOLD_MS);
  await engine.upkeep.prune(many);
  const request = { selection: { ids: [id, unknown] }, dryRun: false, reason: "x", retainMs: 1 };
  const { skipped } = await engine.inspect.revoke(request);
  expect(new Map(skipped.map((one) => [one.id, one.reason]))).toEqual(
    new Map([
      [id, "wrong-state"],
      [unknown, "not-found"],
    ]),
  );
});

test("an engine without an archive is refused", () => {
  const clock = new FakeClock();
  const { archive: _, ...broker } = createMemoryEngine({ clock });
  const results = createMemoryEngine({ clock });
  const logger = { log: () => {} };
  expect(() => createComposedEngine({ broker, results, clock, logger })).toThrow(CapabilityMissing);
});
