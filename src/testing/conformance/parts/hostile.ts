import assert from "node:assert/strict";
import { type ConformanceTest, definePart } from "../part.ts";
import { settlementOf, succeeded } from "../worker.ts";

const names = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty"],
  ..."'; DROP TABLE job; --|\"|`|a b|%|_|*|?|:a|$1|{namespace}|\\".split("|"),
  ...["ünïcode ☂ 🎉", "x".repeat(200), "🎉".repeat(200), "null", "0", " "],
];

export const hostileTests: readonly ConformanceTest[] = definePart("hostile", {
  "queues and tasks may have any name": async (trial) => {
    const ids = await trial.push(...names.map((name) => ({ task: name, queue: name })));
    const worker = await trial.worker({ tasks: names });
    for (const [index, name] of names.entries()) {
      assert.partialDeepStrictEqual(await trial.queue(name), { queue: name, ready: 1 });
      assert.equal(await trial.engine.inspect.count({ tasks: [name], queues: [name] }), 1, name);
      await trial.engine.inspect.pause(name);
      assert.deepEqual(await worker.claim(5, { queues: [name] }), [], name);
      await trial.engine.inspect.resume(name);
      const job = await worker.claimOne({ queues: [name], tasks: [name] });
      assert.partialDeepStrictEqual(job, { id: ids[index], task: name, queue: name });
      await worker.succeed(job);
    }
  },

  "a limit holds for queues of any name, and no other": async (trial) => {
    for (const name of names) {
      const unlimited = await trial.tryPush([{ queue: name }], { maxDepth: {} });
      assert.equal(unlimited.status, "stored", name);
      const limited = await trial.tryPush([{ queue: name }], { maxDepth: Object.fromEntries([[name, 1]]) });
      assert.equal(limited.status, "refused", name);
    }
  },

  "keys may have any name": async (trial) => {
    const keyed = names.map((name) => ({ key: { key: name, inputHash: name, ttlMs: 60_000 } }));
    const ids = await trial.push(...keyed);
    assert.equal(new Set(ids).size, names.length);
    assert.deepEqual(await trial.push(...keyed), ids);
  },

  "workers and reasons may have any name": async (trial) => {
    await trial.push(...names.map(() => ({})));
    for (const name of names) {
      const worker = await trial.worker({ id: name });
      const job = await worker.claimOne();
      const selection = { ids: [job.id] };
      await trial.engine.inspect.revoke({ selection, dryRun: false, reason: name, retainMs: 60_000 });
      assert.partialDeepStrictEqual(await worker.beat([job]), { revoked: [{ id: job.id, reason: name }] });
      assert.equal((await trial.get(job.id)).worker, name);
    }
  },

  "an id that is not a UUID names a job all the same": async (trial) => {
    const ids = await trial.push(...names.map((id) => ({ id })));
    assert.deepEqual(ids, names);
    const worker = await trial.worker();
    const claimed = await worker.claim(names.length);
    const { settled } = await worker.exchange(claimed.map((job) => settlementOf(job, succeeded())));
    assert.ok(settled.every(({ status }) => status === "applied"));
    assert.deepEqual(
      await trial.states(names),
      Array.from(names, () => "succeeded"),
    );
  },

  "errors with any content are kept": async (trial) => {
    const worker = await trial.worker();
    for (const text of [...names, "line\nline\r\n\t", "x".repeat(8_000)]) {
      const id = await trial.pushOne();
      const error = { name: text, message: text, stack: text, code: text, details: { [text]: [null, { a: text }] } };
      await worker.settle(await worker.claimOne(), { kind: "failed", error, retainMs: 60_000 });
      const record = await trial.get(id);
      assert.deepEqual(JSON.stringify(record.error), JSON.stringify({ ...record.error, ...error }));
      assert.equal(record.error?.message, text);
    }
  },

  "many jobs in one push and one exchange": async (trial) => {
    await trial.push(...Array.from({ length: 5_000 }, (_, index) => ({ queue: `queue ${index % 300}` })));
    const worker = await trial.worker();
    const claimed = await worker.claim(5_000);
    assert.equal(claimed.length, 5_000);
    const { settled } = await worker.exchange(claimed.map((job) => settlementOf(job, succeeded("1"))));
    assert.ok(settled.every(({ status }) => status === "applied"));
    assert.equal(await trial.engine.inspect.count({ states: ["succeeded"] }), 5_000);
  },
});
