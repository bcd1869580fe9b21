import assert from "node:assert/strict";
import { newId, newIdBeside } from "../../../kernel/id.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { failed, QUEUE, retried, succeeded } from "../worker.ts";
import { link, missing, node, pushChain, pushChord, pushEffect, retry, revoke } from "../workflow-jobs.ts";

const hour = 3_600_000;

export const workflowTests: readonly ConformanceTest[] = definePart("workflow", {
  "a job waits until its slots are filled, and is claimed with what fills them": async (trial) => {
    const { body, header } = await pushChord(trial, 3);
    const worker = await trial.worker();
    const jobs = await worker.claim(10);
    assert.deepEqual(jobs.map(({ id }) => id).toSorted(), [...header].toSorted());
    for (const job of jobs.toReversed()) {
      assert.partialDeepStrictEqual(await trial.get(body), { state: "waiting", dueAt: undefined });
      await worker.succeed(job, JSON.stringify(header.indexOf(job.id)));
    }
    const claimed = await worker.claimOne();
    const filled = header.map((from, slot) => ({ slot, from, ending: { state: "succeeded", result: String(slot) } }));
    assert.equal(claimed.id, body);
    assert.deepEqual(claimed.filled, filled);
    assert.deepEqual(claimed.node, { workflow: body, slots: 3, links: [] });
    await worker.succeed(claimed);
  },

  "a job that waits counts as unfinished, and stands in nobody's way": async (trial) => {
    const { body } = await pushChord(trial, 2);
    const waiting = { state: "waiting", version: 1 } as const;
    assert.partialDeepStrictEqual(await trial.get(body), waiting);
    assert.partialDeepStrictEqual(await trial.queue(), { waiting: 1, ready: 2 });
    await trial.engine.upkeep.promote({ max: 10 });
    assert.partialDeepStrictEqual(await trial.get(body), waiting);
    assert.equal(await trial.engine.inspect.count({ states: ["waiting"] }), 1);
  },

  "its place in the workflow is on record": async (trial) => {
    const { body, header } = await pushChord(trial, 2);
    const [first = ""] = header;
    const link = { to: body, slot: 0, on: "success" };
    assert.deepEqual((await trial.get(first)).node, { workflow: body, slots: 0, links: [link] });
    assert.deepEqual((await trial.get(body)).node, { workflow: body, slots: 2, links: [] });
    const worker = await trial.worker();
    const claimed = await worker.claim(10);
    assert.deepEqual(claimed.find(({ id }) => id === first)?.node?.links, [link]);
    for (const job of claimed) await worker.succeed(job, "1");
    assert.deepEqual((await trial.get(first)).node?.links, [link]);
    assert.equal((await trial.get(await trial.pushOne())).node, undefined);
  },

  "results of any kind fill a slot: none, text and bytes": async (trial) => {
    const { header } = await pushChord(trial, 3);
    const worker = await trial.worker();
    const results = [undefined, '"\\u0000 é 😀"', new Uint8Array([0, 255, 10])];
    const jobs = new Map((await worker.claim(10)).map((job) => [job.id, job]));
    for (const [slot, id] of header.entries()) await worker.succeed(jobs.get(id) ?? missing(id), results[slot]);
    const endings = (await worker.claimOne()).filled?.map(
      ({ ending }) => ending.state === "succeeded" && ending.result,
    );
    assert.deepEqual(endings?.slice(0, 2), results.slice(0, 2));
    assert.deepEqual(Buffer.from(endings?.[2] || ""), Buffer.from([0, 255, 10]));
  },

  "a delay counts from the moment in which the last slot is filled": async (trial) => {
    const { body } = await pushChord(trial, 1, { due: { afterMs: hour } });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), "1");
    const record = await trial.get(body);
    assert.equal(record.state, "scheduled");
    assert.ok((record.dueAt ?? 0) >= record.createdAt + hour);
    assert.equal((await trial.queue()).scheduled, 1);
  },

  "a delay that has passed by then delays no more": async (trial) => {
    const { body } = await pushChord(trial, 1, { due: { at: 1 } });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), "1");
    assert.equal((await worker.claimOne()).id, body);
  },

  "retries, snoozes and releases of a job leave those waiting that wait for it": async (trial) => {
    const { body } = await pushChord(trial, 1);
    const worker = await trial.worker();
    for (const outcome of [retried("again", 0), { kind: "snoozed", due: { at: 1 } }, { kind: "released" }] as const) {
      await worker.settle(await worker.claimOne(), outcome);
      await trial.engine.upkeep.promote({ max: 10 });
      assert.partialDeepStrictEqual(await trial.get(body), { state: "waiting", version: 1 });
    }
    await worker.succeed(await worker.claimOne(), "1");
    assert.equal((await worker.claimOne()).id, body);
  },

  "a repeated settlement fills no second slot": async (trial) => {
    const { body } = await pushChord(trial, 2);
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await worker.succeed(job, "1");
    const record = await trial.get(body);
    await worker.succeed(job, "1");
    assert.deepEqual(await trial.get(body), record);
  },

  "many jobs that end at once release the one that waits for all, once": async (trial) => {
    const { body } = await pushChord(trial, 40);
    const workers = await Promise.all(Array.from({ length: 4 }, () => trial.worker()));
    const claims = await Promise.all(workers.map(async (worker) => ({ worker, jobs: await worker.claim(10) })));
    await Promise.all(claims.flatMap(({ worker, jobs }) => jobs.map((job) => worker.succeed(job, "1"))));
    const claimed = (await Promise.all(workers.map((worker) => worker.claim(5)))).flat();
    assert.deepEqual(
      claimed.map(({ id, filled }) => [id, filled?.length]),
      [[body, 40]],
    );
  },

  "a job can be replaced by others, and is claimed again with their outcome": async (trial) => {
    const { body, header } = await pushChord(trial, 1);
    const [id = ""] = header;
    const worker = await trial.worker();
    const substitute = newIdBeside(body);
    const effect = pushEffect({ id: substitute, node: node(body, 0, [{ to: id, slot: 0, on: "success" }]) });
    const reply = await worker.settle(await worker.claimOne(), { kind: "replaced", slot: 0 }, [effect]);
    assert.deepEqual(reply, { status: "applied", state: "waiting" });
    assert.partialDeepStrictEqual(await trial.get(id), { state: "waiting", failures: 0 });
    await worker.succeed(await worker.claimOne(), '"done"');
    const again = await worker.claimOne();
    assert.equal(again.id, id);
    assert.deepEqual(again.filled, [{ slot: 0, from: substitute, ending: { state: "succeeded", result: '"done"' } }]);
    await worker.succeed(again, '"done"');
    assert.equal((await worker.claimOne()).id, body);
  },

  "a job of no workflow can be replaced": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const effect = pushEffect({ node: node(id, 0, [{ to: id, slot: 0, on: "success" }]) });
    await worker.settle(await worker.claimOne(), { kind: "replaced", slot: 0 }, [effect]);
    await worker.succeed(await worker.claimOne(), "7");
    const again = await worker.claimOne();
    assert.deepEqual(again.node, { workflow: id, slots: 0, links: [] });
    assert.partialDeepStrictEqual(again.filled, [{ slot: 0, ending: { state: "succeeded", result: "7" } }]);
    assert.equal(await trial.engine.inspect.count({ workflow: id }), 2);
  },

  "a delay that has passed is not waited for again by a job that was replaced": async (trial) => {
    const { body } = await pushChord(trial, 1, { due: { afterMs: 1 } });
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), "1");
    const job = await trial.until("the body is due", async () => {
      await trial.engine.upkeep.promote({ max: 10 });
      return (await worker.claim(1))[0];
    });
    assert.equal(job.id, body);
    const effect = pushEffect({ node: node(body, 0, [{ to: body, slot: 1, on: "success" }]) });
    await worker.settle(job, { kind: "replaced", slot: 1 }, [effect]);
    await worker.succeed(await worker.claimOne(), "2");
    assert.partialDeepStrictEqual(await trial.get(body), { state: "ready" });
    assert.deepEqual(
      (await worker.claimOne()).filled?.map(({ slot }) => slot),
      [0, 1],
    );
  },

  "a replaced job ends as its replacement does": async (trial) => {
    const [first] = await pushChain(trial, 1);
    const worker = await trial.worker();
    const effect = pushEffect({ node: node(first, 0, [{ to: first, slot: 0, on: "success" }]) });
    await worker.settle(await worker.claimOne(), { kind: "replaced", slot: 0 }, [effect]);
    await worker.settle(await worker.claimOne(), failed("503"));
    assert.partialDeepStrictEqual(await trial.get(first), { state: "failed", error: { message: "503" } });
  },

  "a repeat of a replacement is answered as applied, and pushes nothing more": async (trial) => {
    const [first] = await pushChain(trial, 1);
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const effect = pushEffect({ node: node(first, 0, [{ to: first, slot: 0, on: "success" }]) });
    for (const _ of [1, 2]) {
      const reply = await worker.settle(job, { kind: "replaced", slot: 0 }, [effect]);
      assert.deepEqual(reply, { status: "applied", state: "waiting" });
    }
    assert.equal(await trial.engine.inspect.count({ workflow: first }), 2);
  },

  "a replacement gives way to a revocation, and its jobs are not pushed": async (trial) => {
    const [first] = await pushChain(trial, 1);
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await revoke(trial, { ids: [first] });
    const effect = pushEffect({ node: node(first, 0, [{ to: first, slot: 0, on: "success" }]) });
    const reply = await worker.settle(job, { kind: "replaced", slot: 0 }, [effect]);
    assert.deepEqual(reply, { status: "applied", state: "revoked" });
    assert.equal(await trial.engine.inspect.count({ workflow: first }), 1);
  },

  "the jobs of a workflow can be listed, counted and revoked, and no others": async (trial) => {
    const { body, header } = await pushChord(trial, 3);
    const other = await pushChain(trial, 2);
    const { inspect } = trial.engine;
    const listed = await inspect.list({ filter: { workflow: body }, cursor: undefined, limit: 10 });
    assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set([body, ...header]));
    assert.equal(await inspect.count({ workflow: body, states: ["ready"] }), 3);
    const page = await inspect.list({ filter: { workflow: body }, cursor: listed[1]?.id, limit: 1 });
    assert.deepEqual(
      page.map(({ id }) => id),
      [listed[2]?.id],
    );
    await revoke(trial, { filter: { workflow: body } });
    assert.deepEqual(new Set(await trial.states([body, ...header])), new Set(["revoked"]));
    assert.deepEqual(await trial.states(other.slice(0, 2)), ["ready", "waiting"]);
    assert.equal(await inspect.count({ workflow: body }), 4);
    await inspect.remove({ selection: { filter: { workflow: body } }, dryRun: false });
    assert.equal(await inspect.count({ workflow: body }), 0);
  },

  "a retry of the job that failed has those wait again that ended because of it": async (trial) => {
    const [first, second, third] = await pushChain(trial, 3);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    await retry(trial, first);
    const again = { state: "waiting", error: undefined, finishedAt: undefined, upstream: undefined } as const;
    for (const id of [second, third]) assert.partialDeepStrictEqual(await trial.get(id), again);
    for (const id of [first, second, third]) {
      const job = await worker.claimOne();
      assert.equal(job.id, id);
      await worker.succeed(job, "1");
    }
  },

  "of two that failed, both must be retried": async (trial) => {
    const { body, header } = await pushChord(trial, 3);
    const worker = await trial.worker();
    for (const job of await worker.claim(10)) {
      await worker.settle(job, job.id === header[0] ? succeeded("1") : failed("503"));
    }
    await retry(trial, header[1] ?? "");
    assert.equal((await trial.get(body)).state, "failed");
    await worker.succeed(await worker.claimOne(), "2");
    assert.equal((await trial.get(body)).state, "failed");
    await retry(trial, header[2] ?? "");
    assert.equal((await trial.get(body)).state, "waiting");
    await worker.succeed(await worker.claimOne(), "3");
    const results = (await worker.claimOne()).filled?.map(
      ({ ending }) => ending.state === "succeeded" && ending.result,
    );
    assert.deepEqual(results, ["1", "2", "3"]);
  },

  "what never ran because of another cannot be retried itself": async (trial) => {
    const [, second] = await pushChain(trial, 2);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    const selection = { ids: [second] };
    const skipped = [{ id: second, reason: "wrong-state" }];
    assert.deepEqual(await trial.engine.inspect.retry({ selection, dryRun: false }), { changed: 0, skipped });
    assert.equal((await trial.get(second)).state, "failed");
  },

  "a job that got its inputs keeps them from one attempt to the next, and when it is retried by hand": async (
    trial,
  ) => {
    const { body } = await pushChord(trial, 1);
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), "7");
    await worker.settle(await worker.claimOne(), retried("again", 0));
    await trial.engine.upkeep.promote({ max: 10 });
    await worker.settle(await worker.claimOne(), failed("503"));
    await retry(trial, body);
    const job = await worker.claimOne();
    assert.deepEqual(job.filled?.[0]?.ending, { state: "succeeded", result: "7" });
  },

  "a push that is refused leaves no part of a workflow": async (trial) => {
    const id = newId();
    const jobs = [{ id, node: node(id, 1) }, { node: node(id, 0, [link(id, "success")]) }];
    assert.equal((await trial.tryPush(jobs, { maxDepth: { [QUEUE]: 1 } })).status, "refused");
    assert.equal(await trial.engine.inspect.count({ workflow: id }), 0);
  },
});
