import assert from "node:assert/strict";
import type { JobFilter } from "../../../engine/inspect.ts";
import { newId } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { failed, retried, succeeded } from "../worker.ts";

const hour = { afterMs: 3_600_000 };

export const inspectTests: readonly ConformanceTest[] = definePart("inspect", {
  "get answers in the order of the ids": async (trial) => {
    const [one, two] = await trial.push({}, {});
    assert.ok(one !== undefined && two !== undefined);
    const records = await trial.engine.inspect.get([two, newId(), one, two]);
    assert.deepEqual(
      records.map((record) => record?.id),
      [two, undefined, one, two],
    );
    assert.deepEqual(await trial.engine.inspect.get([]), []);
  },

  "get answers for many ids": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 2_500 }, () => ({})));
    const records = await trial.engine.inspect.get(ids);
    assert.deepEqual(
      records.map((record) => record?.id),
      ids,
    );
  },

  "list goes from the newest to the oldest, in pages": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 25 }, () => ({})));
    const pages: string[][] = [];
    for (let cursor: string | undefined, length = 10; length === 10; ) {
      const page = (await trial.engine.inspect.list({ filter: {}, cursor, limit: 10 })).map(({ id }) => id);
      pages.push(page);
      length = page.length;
      cursor = page.at(-1);
    }
    assert.deepEqual(pages.flat(), [...ids].reverse());
    assert.deepEqual(await trial.engine.inspect.list({ filter: {}, cursor: ids[0], limit: 10 }), []);
  },

  "list merges finished and live jobs into one order": async (trial) => {
    const ids = await trial.push(...Array.from({ length: 6 }, () => ({})));
    const worker = await trial.worker();
    const claimed = await worker.claim(4);
    for (const [index, job] of claimed.entries()) if (index % 2 === 0) await worker.succeed(job);
    const listed = await trial.engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 });
    assert.deepEqual(
      listed.map(({ id }) => id),
      [...ids].reverse(),
    );
    assert.deepEqual(listed, await trial.engine.inspect.get([...ids].reverse()));
  },

  "filters combine, and an empty list fits no job": async (trial) => {
    await mixture(trial);
    const expected: [JobFilter, number][] = [
      [{}, 8],
      [{ states: ["ready"] }, 3],
      [{ states: ["ready", "scheduled"] }, 4],
      [{ states: ["succeeded", "active", "failed", "revoked"] }, 4],
      [{ states: ["waiting"] }, 0],
      [{ tasks: ["a"] }, 6],
      [{ tasks: ["a", "b"] }, 8],
      [{ queues: ["two"] }, 1],
      [{ tasks: ["b"], queues: ["one"], states: ["ready"] }, 1],
      [{ tasks: ["c"] }, 0],
      [{ tasks: [] }, 0],
      [{ states: [] }, 0],
      [{ queues: [] }, 0],
    ];
    for (const [filter, count] of expected) {
      assert.equal(await trial.engine.inspect.count(filter), count, JSON.stringify(filter));
      const listed = await trial.engine.inspect.list({ filter, cursor: undefined, limit: 100 });
      assert.equal(listed.length, count, JSON.stringify(filter));
    }
  },

  "every change raises the version": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const versions: number[] = [];
    const look = async (): Promise<unknown> => versions.push((await trial.get(id)).version);
    await look();
    const first = await worker.claimOne();
    await look();
    await trial.engine.jobs.progress([{ ...first, progress: "1" }]);
    await look();
    await worker.settle(first, retried("error", 5));
    await look();
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 10 })).promoted === 1);
    await look();
    await worker.settle(await worker.claimOne(), failed("error"));
    await look();
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    await look();
    await worker.settle(await worker.claimOne(), succeeded());
    await look();
    for (const [index, version] of versions.entries()) assert.ok(version > (versions[index - 1] ?? 0), versions.join());
  },
});

async function mixture(trial: Trial): Promise<void> {
  await trial.push({ task: "a", queue: "one" }, { task: "a", queue: "one" }, { task: "a", queue: "one" });
  const worker = await trial.worker({ tasks: ["a"] });
  const [one, two] = await worker.claim(3);
  assert.ok(one !== undefined && two !== undefined);
  await worker.succeed(one);
  await worker.settle(two, failed("error"));
  const id = await trial.pushOne({ task: "a", queue: "one" });
  await trial.engine.inspect.revoke({ selection: { ids: [id] }, dryRun: false, reason: "x", retainMs: 3_600_000 });
  await trial.push({ task: "a", queue: "one" }, { task: "b", queue: "one" }, { task: "b", queue: "two" });
  await trial.push({ task: "a", queue: "one", due: hour });
}
