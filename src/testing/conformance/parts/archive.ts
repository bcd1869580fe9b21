import assert from "node:assert/strict";
import type { Archive, FinishedJob } from "../../../engine/archive.ts";
import type { Engine } from "../../../engine/contract.ts";
import { newId } from "../../../kernel/id.ts";
import type { JobRecord, NewJob } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { discarded, failed, RETAIN_MS, TASK } from "../worker.ts";

export const archiveTests: readonly ConformanceTest[] = definePart("archive", {
  "jobs that have ended are given with their retention, the others not": async (trial) => {
    const archive = archiveOf(trial);
    await trial.push({}, {}, { due: { afterMs: 3_600_000 } });
    const worker = await trial.worker();
    const job = await worker.claimOne();
    assert.deepEqual(await archive.ended({ max: 10, forMs: 0 }), []);
    await worker.succeed(job, '"done"');
    const record = await trial.get(job.id);
    assert.deepEqual(await archive.ended({ max: 10, forMs: 0 }), [{ record, retainMs: RETAIN_MS }]);
  },

  "jobs that ended just now are left, and no more are given than asked for": async (trial) => {
    const archive = archiveOf(trial);
    for (let count = 0; count < 3; count += 1) await endOne(trial);
    assert.deepEqual(await archive.ended({ max: 10, forMs: 3_600_000 }), []);
    assert.equal((await archive.ended({ max: 2, forMs: 0 })).length, 2);
    await trial.until("all three ended long enough ago", async () => {
      const ended = await archive.ended({ max: 10, forMs: 50 });
      return ended.length === 3;
    });
  },

  "a job is dropped in its version only, while it is finished": async (trial) => {
    const archive = archiveOf(trial);
    const [first, second, live] = [await endOne(trial), await failOne(trial), await trial.pushOne()];
    const { version } = await trial.get(first);
    await trial.engine.inspect.retry({ selection: { ids: [second] }, dryRun: false });
    const given = [first, second, live, newId()].map((id) => ({ id, version }));
    assert.deepEqual(await archive.drop([{ id: first, version: version - 1 }, ...given]), { dropped: 1 });
    assert.deepEqual(await archive.drop(given), { dropped: 0 });
    assert.deepEqual(await trial.states([first, second, live]), [undefined, "ready", "ready"]);
    assert.deepEqual(await archive.ended({ max: 10, forMs: 0 }), []);
    assert.equal(await trial.engine.inspect.count({}), 2);
  },

  "the key of a dropped job goes on naming it": async (trial) => {
    const key = { key: "k", inputHash: "h", ttlMs: 3_600_000 };
    const id = await endOne(trial, { key });
    await archiveOf(trial).drop([{ id, version: (await trial.get(id)).version }]);
    const reply = await trial.tryPush([{ task: "ending", key }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "existing" }] });
  },

  "a job is stored as it was, whatever it holds": async (trial) => {
    const ids = [await endOne(trial, full), await failOne(trial), await discardOne(trial)];
    const expired = await trial.pushOne({ expires: { at: 1 }, input: undefined });
    await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS });
    const jobs = await archiveOf(trial).ended({ max: 10, forMs: 0 });
    assert.equal(jobs.length, 4);
    const other = await elsewhere(trial);
    await other.archive.store(jobs);
    for (const id of [...ids, expired])
      assert.deepEqual((await other.engine.inspect.get([id]))[0], await trial.get(id));
    const stored = await other.archive.ended({ max: 10, forMs: 0 });
    assert.deepEqual(byId(stored), byId(jobs));
  },

  "stored twice is stored once, and no version goes back": async (trial) => {
    const id = await failOne(trial);
    const [job] = await archiveOf(trial).ended({ max: 1, forMs: 0 });
    assert.ok(job !== undefined && job.record.id === id);
    const later: FinishedJob = {
      ...job,
      record: { ...job.record, version: job.record.version + 3, state: "succeeded" },
    };
    const { archive, engine } = await elsewhere(trial);
    const { inspect } = engine;
    await Promise.all([archive.store([job]), archive.store([job])]);
    assert.deepEqual(await inspect.list({ filter: {}, cursor: undefined, limit: 10 }), [job.record]);
    await archive.store([later]);
    await archive.store([job]);
    assert.deepEqual(await inspect.get([id]), [later.record]);
    assert.deepEqual([await inspect.count({}), await inspect.count({ states: ["failed"] })], [1, 0]);
  },

  "a job that has not ended is not replaced": async (trial) => {
    const id = await failOne(trial);
    const jobs = await archiveOf(trial).ended({ max: 1, forMs: 0 });
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    await archiveOf(trial).store(jobs);
    assert.deepEqual(await trial.states([id]), ["ready"]);
  },

  "a stored job can be retried, and runs under a higher fence": async (trial) => {
    const id = await failOne(trial);
    const jobs = await archiveOf(trial).ended({ max: 1, forMs: 0 });
    const other = await elsewhere(trial);
    await other.archive.store(jobs);
    await other.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    const worker = await trial.worker({ engine: other.engine });
    const again = await worker.claimOne();
    assert.deepEqual([again.id, again.fence, again.failures], [id, (jobs[0]?.record.fence ?? 0) + 1, 0]);
    await worker.succeed(again);
  },

  "the retention of a stored job runs from its end": async (trial) => {
    const id = await endOne(trial, {}, 200);
    const jobs = await archiveOf(trial).ended({ max: 1, forMs: 0 });
    const other = await elsewhere(trial);
    await other.archive.store(jobs);
    const many = { max: 10, maxFinished: 10 };
    await trial.until("it is pruned", async () => (await other.engine.upkeep.prune(many)).pruned === 1);
    assert.deepEqual(await other.engine.inspect.get([id]), [undefined]);
  },

  "storing and dropping tell nobody": async (trial) => {
    const id = await failOne(trial);
    const jobs = await archiveOf(trial).ended({ max: 1, forMs: 0 });
    const heard: string[] = [];
    const subscription = await trial.engine.jobs.changes((changes) => heard.push(...changes.map((one) => one.id)));
    await archiveOf(trial).drop(jobs.map(({ record }) => record));
    await archiveOf(trial).store(jobs);
    const last = await trial.pushOne();
    await trial.until("the push is heard", async () => heard.includes(last));
    assert.ok(!heard.includes(id));
    await subscription.close();
  },
});

const full = {
  input: new Uint8Array([0, 255, 1]),
  headers: { trace: "a\u0000b" },
  priority: 9,
  ack: "early",
  key: { key: "name", inputHash: "h", ttlMs: 1_000 },
} as const;

function archiveOf({ engine }: Trial): Archive {
  assert.ok(engine.archive !== undefined, "the engine has this part");
  return engine.archive;
}

/** An engine of another namespace, as the other side of a move. */
async function elsewhere(trial: Trial): Promise<{ readonly engine: Engine; readonly archive: Archive }> {
  const engine = await trial.open({ namespace: `${trial.reference.namespace}_2` });
  assert.ok(engine.archive !== undefined, "the engine has this part");
  return { engine, archive: engine.archive };
}

async function endOne(trial: Trial, job: Partial<NewJob> = {}, retainMs: number = RETAIN_MS): Promise<string> {
  const id = await trial.pushOne({ task: "ending", ...job });
  const worker = await trial.worker({ tasks: ["ending"] });
  const claimed = await worker.claimOne();
  await trial.engine.jobs.progress([{ ...claimed, progress: new Uint8Array([7]) }]);
  await worker.settle(claimed, { kind: "succeeded", result: '"a\0b"', retainMs });
  return id;
}

async function failOne(trial: Trial): Promise<string> {
  const id = await trial.pushOne();
  const worker = await trial.worker({ tasks: [TASK] });
  await worker.settle(await worker.claimOne(), failed("no"));
  return id;
}

async function discardOne(trial: Trial): Promise<string> {
  const id = await trial.pushOne();
  const worker = await trial.worker();
  await worker.settle(await worker.claimOne(), discarded("why not"));
  return id;
}

function byId(jobs: readonly FinishedJob[]): readonly FinishedJob[] {
  const order = (left: JobRecord, right: JobRecord): number => (left.id < right.id ? -1 : 1);
  return [...jobs].sort((left, right) => order(left.record, right.record));
}
