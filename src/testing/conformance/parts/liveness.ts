import assert from "node:assert/strict";
import { workerLost } from "../../../engine/endings.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { retried, succeeded } from "../worker.ts";

export const livenessTests: readonly ConformanceTest[] = definePart("liveness", {
  "a registered worker is listed": async (trial) => {
    const worker = await trial.worker({ tasks: ["a", "b"], queues: ["one"] });
    await trial.push({ task: "a", queue: "one" });
    await worker.claimOne();
    const [listed, ...others] = await trial.engine.inspect.workers();
    assert.deepEqual(others, []);
    assert.partialDeepStrictEqual(listed, { ...worker.description, active: 1 });
    assert.ok(listed !== undefined && listed.leaseUntil - listed.startedAt >= worker.leaseMs);
  },

  "a worker of every queue is listed as such": async (trial) => {
    await trial.worker();
    const [listed] = await trial.engine.inspect.workers();
    assert.equal(listed?.queues, undefined);
  },

  "a beat renews the lease": async (trial) => {
    const worker = await trial.worker();
    const [before] = await trial.engine.inspect.workers();
    await trial.pass(20);
    assert.deepEqual(await worker.beat([]), { known: true, lost: [], revoked: [], reclaimed: 0 });
    const [after] = await trial.engine.inspect.workers();
    assert.ok((after?.leaseUntil ?? 0) > (before?.leaseUntil ?? Number.NaN));
  },

  "registering again changes the description and keeps the jobs": async (trial) => {
    const worker = await trial.worker();
    await trial.pushOne();
    const job = await worker.claimOne();
    await trial.engine.liveness.register({ ...worker.description, concurrency: 99 }, worker.leaseMs);
    assert.equal((await trial.engine.inspect.workers())[0]?.concurrency, 99);
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked: [], reclaimed: 0 });
    await worker.succeed(job);
  },

  "the beat of a worker that nobody knows says so": async (trial) => {
    const worker = await trial.worker();
    await trial.pushOne();
    const job = await worker.claimOne();
    await trial.engine.liveness.deregister(worker.id);
    assert.deepEqual(await worker.beat([job]), { known: false, lost: [job.id], revoked: [], reclaimed: 0 });
    assert.partialDeepStrictEqual(await worker.beat(), { known: false });
    await worker.register();
    assert.partialDeepStrictEqual(await worker.beat([]), { known: true, lost: [] });
  },

  "a good-bye makes its jobs ready and counts nothing": async (trial) => {
    const [id] = await trial.push({}, {});
    const worker = await trial.worker();
    const [job] = await worker.claim(2);
    await trial.engine.liveness.deregister(worker.id);
    assert.ok(id !== undefined && job !== undefined);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "ready", failures: 0, crashes: 0 });
    assert.deepEqual(await trial.engine.inspect.workers(), []);
    assert.deepEqual(await worker.settle(job, succeeded()), { status: "stale" });
    assert.equal((await (await trial.worker()).claim(5)).length, 2);
    await trial.engine.liveness.deregister("nobody");
  },

  "a good-bye fails what was acknowledged early": async (trial) => {
    const id = await trial.pushOne({ ack: "early" });
    const worker = await trial.worker();
    await worker.claimOne();
    await trial.engine.liveness.deregister(worker.id);
    const record = await trial.get(id);
    assert.equal(record.state, "failed");
    assert.deepEqual(record.error, workerLost(worker.id, "early"));
  },

  "held jobs that are no longer the worker's are lost": async (trial) => {
    await trial.push({}, {}, {});
    const worker = await trial.worker();
    const [released, finished, held] = await worker.claim(3);
    assert.ok(released !== undefined && finished !== undefined && held !== undefined);
    await worker.settle(released, retried("again", 0));
    await worker.settle(finished, succeeded());
    const reply = await worker.beat([released, finished, held]);
    assert.deepEqual(
      { ...reply, lost: [...reply.lost].sort() },
      {
        known: true,
        lost: [released.id, finished.id].sort(),
        revoked: [],
        reclaimed: 0,
      },
    );
  },

  "a job claimed again by the same worker is lost under its old fence": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const old = await worker.claimOne();
    await worker.settle(old, { kind: "released" });
    const current = await worker.claimOne();
    assert.partialDeepStrictEqual(await worker.beat([old, current]), { lost: [old.id], reclaimed: 0 });
    await worker.succeed(current);
  },

  "jobs that the worker never heard of are reclaimed, counting nothing": async (trial) => {
    const [known, unheard] = await trial.push({}, {});
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const lost = await worker.claimOne();
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked: [], reclaimed: 1 });
    assert.ok(known !== undefined && unheard !== undefined);
    assert.partialDeepStrictEqual(await trial.get(known), { state: "active" });
    assert.partialDeepStrictEqual(await trial.get(unheard), { state: "ready", crashes: 0, failures: 0 });
    assert.deepEqual(await worker.settle(lost, succeeded()), { status: "stale" });
  },

  "jobs of an exchange that was sent after the beat, and overtook it, are not reclaimed": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const before = worker.exchanges + 1;
    const job = await worker.claimOne();
    assert.partialDeepStrictEqual(await worker.beat([], [], before), { lost: [], reclaimed: 0 });
    assert.partialDeepStrictEqual(await worker.beat([], []), { reclaimed: 1 });
    assert.deepEqual(await worker.settle(job, succeeded()), { status: "stale" });
  },

  "jobs whose reply may be on its way are not reclaimed": async (trial) => {
    await trial.push({}, {});
    const worker = await trial.worker();
    await worker.claimOne();
    const pending = await worker.claimOne();
    assert.partialDeepStrictEqual(await worker.beat([], [1, 2]), { reclaimed: 0 });
    assert.partialDeepStrictEqual(await worker.beat([], [2]), { reclaimed: 1 });
    assert.partialDeepStrictEqual(await worker.beat([pending], []), { lost: [], reclaimed: 0 });
  },

  "a beat that does not say what is held reconciles nothing": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    assert.deepEqual(await worker.beat(), { known: true, lost: [], revoked: [], reclaimed: 0 });
    await worker.succeed(job);
  },

  "an early job whose reply was lost has failed: it may have been meant to run once": async (trial) => {
    const id = await trial.pushOne({ ack: "early" });
    const worker = await trial.worker();
    await worker.claimOne();
    assert.partialDeepStrictEqual(await worker.beat([]), { reclaimed: 1 });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "failed", crashes: 0 });
    assert.deepEqual(record.error, workerLost(worker.id, "early"));
  },

  "another worker's beat takes nothing": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const other = await trial.worker();
    assert.deepEqual(await other.beat([job]), { known: true, lost: [job.id], revoked: [], reclaimed: 0 });
    await worker.succeed(job);
  },

  "a connection of its own renews the lease, where the engine has one": async (trial) => {
    const { renewal } = trial.engine.liveness;
    if (renewal === undefined) return;
    const worker = await trial.worker();
    const [before] = await trial.engine.inspect.workers();
    const { connectRenewal } = await import(renewal.module);
    const connection = await connectRenewal(structuredClone(renewal.options));
    await trial.pass(20);
    await connection.renew(worker.id, worker.leaseMs);
    await connection.renew("nobody", worker.leaseMs);
    const workers = await trial.engine.inspect.workers();
    await connection.close();
    assert.deepEqual(
      workers.map(({ id }) => id),
      [worker.id],
    );
    assert.ok((workers[0]?.leaseUntil ?? 0) > (before?.leaseUntil ?? Number.NaN));
  },
});
