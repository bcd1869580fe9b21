import assert from "node:assert/strict";
import { keyConflict } from "../../../engine/index.ts";
import { newIdOfKey } from "../../../kernel/id.ts";
import type { IdempotencyKey } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, refusalOf, refusedWith, type Trial } from "../trial.ts";
import { TASK } from "../worker.ts";

const dayMs = 86_400_000;

export const keyTests: readonly ConformanceTest[] = definePart("keys", {
  "the same key with the same input names the same job": async (trial) => {
    const id = await trial.pushOne({ key: key("k") });
    const again = await trial.tryPush([{ key: key("k") }, {}]);
    assert.ok(again.status === "stored");
    assert.deepEqual(again.jobs[0], { id, outcome: "existing" });
    assert.equal(again.jobs[1]?.outcome, "created");
    assert.equal(await trial.engine.inspect.count({}), 2);
  },

  "the same key with another input is a conflict that names the holder": async (trial) => {
    const id = await trial.pushOne({ key: key("k") });
    const reply = await trial.tryPush([{ key: key("k", "other") }]);
    const error = refusedWith(reply);
    const { code, message, details } = keyConflict({ task: TASK, key: "k", jobId: id });
    assert.deepEqual([error?.code, error?.message, error?.details], [code, message, details]);
  },

  "a key belongs to its task": async (trial) => {
    const [one, two] = await trial.push({ key: key("k") }, { task: "other", key: key("k", "other") });
    assert.notEqual(one, two);
    assert.equal(await trial.engine.inspect.count({}), 2);
  },

  "task and key are told apart wherever one ends": async (trial) => {
    await trial.push({ task: "a", key: key("b:c", "one") }, { task: "a:b", key: key("c", "two") });
    await trial.push({ task: "a", key: key(" b", "one") }, { task: "a ", key: key("b", "two") });
    assert.equal(await trial.engine.inspect.count({}), 4);
  },

  "a key twice in one request is one job, or a conflict": async (trial) => {
    const first = newJob({ key: key("k") });
    const reply = await trial.tryPush([first, { key: key("k") }]);
    assert.ok(reply.status === "stored");
    assert.deepEqual(reply.jobs[1], { id: first.id, outcome: "existing" });
    const conflict = await trial.tryPush([{ key: key("x", "one") }, { key: key("x", "two") }]);
    assert.equal(refusalOf(conflict), "KEY_CONFLICT");
    assert.equal(await trial.engine.inspect.count({}), 1);
  },

  "a key in two requests of one push is one job": async (trial) => {
    const replies = await trial.engine.jobs.push(
      [newJob({ key: key("k") }), newJob({ key: key("k") })].map((job) => ({
        ...{ jobs: [job], maxDepth: {}, deadlineAt: Date.UTC(2200, 0, 1) },
      })),
    );
    const outcomes = replies.map((reply) => (reply.status === "stored" ? reply.jobs[0]?.outcome : reply.status));
    assert.deepEqual(outcomes, ["created", "existing"]);
  },

  "an id that is there comes before its key": async (trial) => {
    const id = await trial.pushOne({ key: key("k") });
    const reply = await trial.tryPush([{ id, key: key("k", "other") }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "existing" }] });
  },

  "a refused request has taken no key": async (trial) => {
    await trial.pushOne({ key: key("held") });
    refusalOf(await trial.tryPush([{ key: key("free", "one") }, { key: key("held", "other") }]));
    await trial.pushOne({ key: key("free", "two") });
  },

  "a key outlives the retention of its job": async (trial) => {
    const id = await finishOne(trial, key("k"));
    await trial.until("the job is pruned", async () => {
      await trial.engine.upkeep.prune({ max: 100, maxFinished: 0 });
      return (await trial.engine.inspect.count({})) === 0;
    });
    assert.deepEqual(await trial.tryPush([{ key: key("k") }]), {
      status: "stored",
      jobs: [{ id, outcome: "existing" }],
    });
    assert.equal(refusalOf(await trial.tryPush([{ key: key("k", "other") }])), "KEY_CONFLICT");
  },

  "a lapsed key is held while its job is unfinished": async (trial) => {
    const id = await trial.pushOne({ key: key("k", "hash", 0), due: { afterMs: dayMs } });
    await trial.pass(5);
    await trial.engine.upkeep.prune({ max: 100, maxFinished: 100 });
    assert.deepEqual(await trial.tryPush([{ key: key("k") }]), {
      status: "stored",
      jobs: [{ id, outcome: "existing" }],
    });
  },

  "a lapsed key of a finished job is free": async (trial) => {
    const old = await finishOne(trial, key("k", "hash", 1));
    await trial.pass(5);
    const id = newIdOfKey(TASK, "k");
    const reply = await trial.tryPush([{ id, key: key("k", "other") }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "created" }] });
    assert.deepEqual(await trial.states([old, id]), ["succeeded", "ready"]);
  },

  "a key that was pruned is free": async (trial) => {
    await finishOne(trial, key("k", "hash", 1));
    await trial.pass(5);
    await trial.engine.upkeep.prune({ max: 100, maxFinished: 100 });
    const reply = await trial.tryPush([{ key: key("k", "other") }]);
    assert.ok(reply.status === "stored" && reply.jobs[0]?.outcome === "created");
  },
});

function key(name: string, inputHash: string = "hash", ttlMs: number = dayMs): IdempotencyKey {
  return { key: name, inputHash, ttlMs };
}

async function finishOne(trial: Trial, idempotencyKey: IdempotencyKey): Promise<string> {
  const id = await trial.pushOne({ key: idempotencyKey });
  const worker = await trial.worker();
  await worker.succeed(await worker.claimOne());
  return id;
}
