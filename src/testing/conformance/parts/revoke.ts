import assert from "node:assert/strict";
import type { BulkReply } from "../../../engine/inspect.ts";
import { newId } from "../../../kernel/id.ts";
import type { Outcome } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { sortSkipped, type Trial } from "../trial.ts";
import { discarded, failed, RETAIN_MS, retried } from "../worker.ts";

const hour = { afterMs: 3_600_000 };
const asked = { by: "caller", reason: "no longer wanted" };

export const revokeTests: readonly ConformanceTest[] = definePart("revoke", {
  "a job that waits ends at once": async (trial) => {
    const ids = await trial.push({}, { due: hour });
    assert.deepEqual(await revoke(trial, ids), { changed: 2, skipped: [] });
    for (const id of ids) {
      const record = await trial.get(id);
      assert.partialDeepStrictEqual(record, { state: "revoked", revocation: asked });
      assert.notEqual(record.finishedAt, undefined);
    }
    assert.deepEqual(await (await trial.worker()).claim(2), []);
    assert.deepEqual(await trial.engine.upkeep.promote({ max: 10 }), { promoted: 0, nextDueInMs: undefined });
  },

  "what is finished or not there is skipped": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    const unknown = newId();
    const expected: BulkReply = {
      changed: 0,
      skipped: [
        { id, reason: "wrong-state" },
        { id: unknown, reason: "not-found" },
      ],
    };
    assert.deepEqual(sortSkipped(await revoke(trial, [id, unknown])), sortSkipped(expected));
    assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", revocation: undefined });
  },

  "an active job is asked, and its worker hears it at the beat": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const { version } = await trial.get(id);
    assert.deepEqual(await revoke(trial, [id]), { changed: 1, skipped: [] });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "active", revocation: asked, finishedAt: undefined });
    assert.ok(record.version > version, "those who watch see it");
    const revoked = [{ id, reason: asked.reason }];
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked, reclaimed: 0 });
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked, reclaimed: 0 });
  },

  "success stands against a revoke that came too late": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await revoke(trial, [id]);
    await worker.succeed(job, "done");
    assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", result: "done", revocation: undefined });
  },

  "every other outcome of an active job gives way": async (trial) => {
    const outcomes: Outcome[] = [
      failed("error"),
      discarded("handler"),
      { kind: "revoked", ...asked, by: "caller", retainMs: RETAIN_MS },
      retried("error", 1_000),
      { kind: "snoozed", due: { afterMs: 1_000 } },
      { kind: "released" },
    ];
    const worker = await trial.worker();
    for (const outcome of outcomes) {
      const id = await trial.pushOne();
      const job = await worker.claimOne();
      await revoke(trial, [id]);
      const applied = { status: "applied", state: "revoked" };
      assert.deepEqual(await worker.settle(job, outcome), applied, outcome.kind);
      assert.deepEqual(await worker.settle(job, outcome), applied, `${outcome.kind}, again`);
      const failures = outcome.kind === "failed" || outcome.kind === "retried" ? 1 : 0;
      const expected = { state: "revoked", revocation: asked, failures };
      assert.partialDeepStrictEqual(await trial.get(id), expected, outcome.kind);
    }
  },

  "a lost worker's job that was to end ends": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.claimOne();
    await revoke(trial, [id]);
    assert.partialDeepStrictEqual(await trial.lose(worker), [{ id, crashes: 1, state: "revoked" }]);
    assert.partialDeepStrictEqual(await trial.get(id), { state: "revoked", revocation: asked, crashes: 1 });
  },

  "given back, it ends as well": async (trial) => {
    const [unheard, left] = await trial.push({}, {});
    assert.ok(unheard !== undefined && left !== undefined);
    const worker = await trial.worker();
    await worker.claimOne();
    await revoke(trial, [unheard]);
    await worker.beat([]);
    assert.partialDeepStrictEqual(await trial.get(unheard), { state: "revoked", revocation: asked });
    await worker.claimOne();
    await revoke(trial, [left]);
    await trial.engine.liveness.deregister(worker.id);
    assert.partialDeepStrictEqual(await trial.get(left), { state: "revoked", revocation: asked });
  },

  "by filter, the unfinished ones end": async (trial) => {
    const ids = await trial.push({ queue: "one" }, { queue: "one", due: hour }, { queue: "two" });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne({ queues: ["one"] }));
    const reply = await trial.engine.inspect.revoke({
      ...{ selection: { filter: { queues: ["one"] } }, dryRun: false, reason: "x", retainMs: RETAIN_MS },
    });
    assert.deepEqual(reply, { changed: 1, skipped: [] });
    assert.deepEqual(await trial.states(ids), ["succeeded", "revoked", "ready"]);
  },

  "a dry run changes nothing": async (trial) => {
    const ids = await trial.push({}, {});
    await (await trial.worker()).claimOne();
    const before = await trial.engine.inspect.get(ids);
    assert.deepEqual(await revoke(trial, ids, true), { changed: 2, skipped: [] });
    assert.deepEqual(await trial.engine.inspect.get(ids), before);
  },

  "a revoked job that is retried runs": async (trial) => {
    const id = await trial.pushOne();
    await revoke(trial, [id]);
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    const worker = await trial.worker();
    const job = await worker.claimOne();
    assert.deepEqual(await worker.beat([job]), { known: true, lost: [], revoked: [], reclaimed: 0 });
    assert.partialDeepStrictEqual(await trial.get(id), { state: "active", revocation: undefined });
    await worker.succeed(job);
  },
});

function revoke({ engine }: Trial, ids: readonly string[], dryRun: boolean = false): Promise<BulkReply> {
  return engine.inspect.revoke({ selection: { ids }, dryRun, reason: asked.reason, retainMs: RETAIN_MS });
}
