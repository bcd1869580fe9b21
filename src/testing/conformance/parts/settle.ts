import assert from "node:assert/strict";
import { newId } from "../../../kernel/id.ts";
import type { Outcome } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { discarded, failed, RETAIN_MS, retried, settlementOf, succeeded } from "../worker.ts";

const hour = 3_600_000;

export const settleTests: readonly ConformanceTest[] = definePart("settle", {
  "success keeps the result": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), '{"entries":12}');
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "succeeded", result: '{"entries":12}', failures: 0, fence: 1 });
    assert.ok(record.finishedAt !== undefined && record.finishedAt >= (record.startedAt ?? Number.NaN));
    assert.deepEqual(await worker.claim(1), []);
  },

  "failure keeps the error, and counts": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const cause = { name: "TypeError", message: "inner", stack: "TypeError: inner\n    at x" };
    const error = { name: "HttpError", message: "503\nlater", code: "E503", details: { status: 503 }, cause };
    const reply = await worker.settle(await worker.claimOne(), { kind: "failed", error, retainMs: RETAIN_MS });
    assert.deepEqual(reply, { status: "applied", state: "failed" });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "failed", failures: 1, crashes: 0, result: undefined });
    assert.deepEqual(record.error, error);
    assert.notEqual(record.finishedAt, undefined);
    assert.deepEqual(await worker.claim(1), []);
  },

  "a handler's discard revokes": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const reply = await worker.settle(await worker.claimOne(), discarded("the feed is gone"));
    assert.deepEqual(reply, { status: "applied", state: "revoked" });
    const revocation = { by: "handler", reason: "the feed is gone" };
    assert.partialDeepStrictEqual(await trial.get(id), { state: "revoked", revocation, failures: 0 });
  },

  "a retry waits until it is due, with one failure more": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const reply = await worker.settle(await worker.claimOne(), retried("not yet", hour));
    assert.deepEqual(reply, { status: "applied", state: "scheduled" });
    const record = await trial.get(id);
    assert.partialDeepStrictEqual(record, { state: "scheduled", failures: 1, finishedAt: undefined });
    assert.equal(record.error?.message, "not yet");
    const waitMs = (record.dueAt ?? Number.NaN) - (record.startedAt ?? Number.NaN);
    assert.ok(waitMs >= hour && waitMs < hour + 60_000, `due in ${waitMs} ms`);
    assert.deepEqual(await worker.claim(1), []);
  },

  "a retry or a snooze that is due at once is scheduled, and ready when it is promoted": async (trial) => {
    const worker = await trial.worker();
    for (const outcome of [retried("again", 0), { kind: "snoozed", due: { at: 1 } }] as const) {
      const id = await trial.pushOne();
      const reply = await worker.settle(await worker.claimOne(), outcome);
      assert.deepEqual(reply, { status: "applied", state: "scheduled" });
      assert.partialDeepStrictEqual(await trial.get(id), { state: "scheduled" });
      assert.deepEqual(await worker.claim(1), []);
      assert.deepEqual(await trial.engine.upkeep.promote({ max: 10 }), { promoted: 1, nextDueInMs: undefined });
      await worker.succeed(await worker.claimOne());
    }
  },

  "failures add up over retries and reach the worker": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    for (const failures of [0, 1, 2]) {
      const job = await worker.claimOne();
      assert.partialDeepStrictEqual(job, { failures, crashes: 0, fence: failures + 1 });
      await worker.settle(job, retried("again", 0));
      await trial.engine.upkeep.promote({ max: 10 });
    }
  },

  "a snooze waits and counts nothing": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const at = Date.UTC(2199, 0, 1);
    const reply = await worker.settle(await worker.claimOne(), { kind: "snoozed", due: { at } });
    assert.deepEqual(reply, { status: "applied", state: "scheduled" });
    assert.partialDeepStrictEqual(await trial.get(id), { state: "scheduled", failures: 0, crashes: 0, dueAt: at });
  },

  "a release makes it ready at once and counts nothing": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const reply = await worker.settle(await worker.claimOne(), { kind: "released" });
    assert.deepEqual(reply, { status: "applied", state: "ready" });
    assert.partialDeepStrictEqual(await trial.get(id), {
      state: "ready",
      failures: 0,
      crashes: 0,
      finishedAt: undefined,
    });
    assert.equal((await worker.claimOne()).id, id);
  },

  "a repeat of what was applied is answered as applied, and changes nothing": async (trial) => {
    const outcomes: Outcome[] = [
      succeeded("1"),
      failed("once"),
      discarded("gone"),
      retried("later", hour),
      { kind: "snoozed", due: { afterMs: hour } },
      { kind: "released" },
    ];
    const worker = await trial.worker();
    for (const outcome of outcomes) {
      await trial.pushOne({ queue: outcome.kind });
      const job = await worker.claimOne({ queues: [outcome.kind] });
      const first = await worker.settle(job, outcome);
      const record = await trial.get(job.id);
      assert.deepEqual(await worker.settle(job, outcome), first, outcome.kind);
      assert.deepEqual(await trial.get(job.id), record, outcome.kind);
    }
  },

  "a claim that has ended is stale": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const old = await worker.claimOne();
    await worker.settle(old, { kind: "released" });
    const current = await worker.claimOne();
    assert.deepEqual(await worker.settle(old, succeeded("old")), { status: "stale" });
    assert.partialDeepStrictEqual(await trial.get(current.id), { state: "active", fence: 2, result: undefined });
    await worker.succeed(current, "new");
    assert.deepEqual(await worker.settle(old, failed("old")), { status: "stale" });
    assert.partialDeepStrictEqual(await trial.get(current.id), { state: "succeeded", result: "new" });
  },

  "a finished job has one end": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await worker.succeed(job, "1");
    assert.deepEqual(await worker.settle(job, failed("too late")), { status: "stale" });
    assert.partialDeepStrictEqual(await trial.get(id), { state: "succeeded", result: "1", error: undefined });
  },

  "a job that is not there, or was never claimed, is stale": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    assert.deepEqual(await worker.settle({ ...job, id: newId() }, succeeded()), { status: "stale" });
    await worker.settle(job, { kind: "released" });
    assert.deepEqual(await worker.settle({ ...job, fence: 7 }, succeeded()), { status: "stale" });
    assert.deepEqual(await trial.states([id]), ["ready"]);
  },

  "each settlement of a batch has its own answer": async (trial) => {
    await trial.push({}, {}, {});
    const worker = await trial.worker();
    const [one, two, three] = await worker.claim(3);
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    const { settled } = await worker.exchange([
      settlementOf(three, failed("three")),
      settlementOf({ ...two, fence: 99 }, succeeded()),
      settlementOf(one, succeeded("one")),
    ]);
    const expected = [
      { status: "applied", state: "failed" },
      { status: "stale" },
      { status: "applied", state: "succeeded" },
    ];
    assert.deepEqual(settled, expected);
    assert.deepEqual(await trial.states([one.id, two.id, three.id]), ["succeeded", "active", "failed"]);
  },

  "one exchange settles and claims": async (trial) => {
    await trial.push({}, {});
    const worker = await trial.worker();
    const first = await worker.claimOne();
    const reply = await worker.exchange([settlementOf(first, succeeded())], { max: 5 });
    assert.deepEqual(reply.settled, [{ status: "applied", state: "succeeded" }]);
    assert.equal(reply.claimed.length, 1);
    assert.notEqual(reply.claimed[0]?.id, first.id);
  },

  "a second settlement of one claim in the same batch is stale": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const { settled } = await worker.exchange([settlementOf(job, succeeded("1")), settlementOf(job, failed("2"))]);
    assert.deepEqual(settled, [{ status: "applied", state: "succeeded" }, { status: "stale" }]);
    assert.partialDeepStrictEqual(await trial.get(job.id), { state: "succeeded", result: "1" });
  },
});
