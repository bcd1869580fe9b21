import assert from "node:assert/strict";
import { newId, newIdBeside } from "../../../kernel/id.ts";
import type { NewJob, Outcome } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { discarded, failed, QUEUE, RETAIN_MS, succeeded, type TestWorker } from "../worker.ts";
import { link, missing, node, pushChain, pushChord, revoke } from "../workflow-jobs.ts";

const hour = 3_600_000;

export const workflowEndingTests: readonly ConformanceTest[] = definePart("workflow endings", {
  "where a job fails, those that wait for its success fail as it did": async (trial) => {
    const [first, second, third] = await pushChain(trial, 3);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("the feed is gone"));
    for (const id of [second, third]) {
      const record = await trial.get(id);
      assert.partialDeepStrictEqual(record, { state: "failed", upstream: first, failures: 0, startedAt: undefined });
      assert.deepEqual(record.error, { name: "Error", message: "the feed is gone" });
      assert.notEqual(record.finishedAt, undefined);
    }
    assert.equal((await trial.get(first)).upstream, undefined);
    assert.deepEqual(await worker.claim(10), []);
    assert.deepEqual(await trial.queue(), { ...emptyQueue, queue: QUEUE });
  },

  "where one of many fails, the one that waits for all ends once": async (trial) => {
    const { body, header } = await pushChord(trial, 3);
    const worker = await trial.worker();
    const jobs = await worker.claim(10);
    const first = jobs.find(({ id }) => id === header[1]) ?? missing("header");
    await worker.settle(first, failed("one"));
    const record = await trial.get(body);
    assert.partialDeepStrictEqual(record, { state: "failed", upstream: first.id });
    for (const job of jobs)
      if (job !== first) await worker.settle(job, job.id === header[0] ? succeeded("1") : failed("two"));
    assert.partialDeepStrictEqual(await trial.get(body), {
      state: "failed",
      upstream: first.id,
      version: record.version,
    });
  },

  "every way in which a job can end is heard by who waits for its end": async (trial) => {
    for (const [name, end] of Object.entries(endings)) {
      const [first, second] = await pushChain(trial, 2, "end", { queue: name, ...jobOf(name) });
      await end(trial, first);
      const worker = await trial.worker({ queues: [name] });
      const job = await trial.until(`${name} is heard`, async () => (await worker.claim(1))[0]);
      assert.equal(job.id, second, name);
      assert.equal(job.filled?.[0]?.from, first, name);
      assert.equal(job.filled?.[0]?.ending.state, stateAfter(name), name);
      await worker.succeed(job);
    }
  },

  "and by who waits for its success": async (trial) => {
    for (const [name, end] of Object.entries(endings)) {
      const [first, second] = await pushChain(trial, 2, "success", { queue: name, ...jobOf(name) });
      await end(trial, first);
      const record = await trial.until(`${name} is heard`, async () => {
        const found = await trial.get(second);
        return found.state !== "waiting" && found;
      });
      const state = name === "success" ? "ready" : stateAfter(name);
      assert.partialDeepStrictEqual(record, { state, upstream: state === "ready" ? undefined : first }, name);
    }
  },

  "a revoked job takes those along that wait for its success, with the reason": async (trial) => {
    const [, second, third] = await pushChain(trial, 3);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), discarded("nobody reads it"));
    for (const id of [second, third]) {
      const revocation = { by: "handler", reason: "nobody reads it" };
      assert.partialDeepStrictEqual(await trial.get(id), { state: "revoked", revocation });
    }
  },

  "who waits for a failure runs after one, and is told of it": async (trial) => {
    const [first, second] = await pushChain(trial, 2, "failure");
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    const job = await worker.claimOne();
    const error = { name: "Error", message: "503" };
    assert.deepEqual(job.filled, [{ slot: 0, from: first, ending: { state: "failed", error } }]);
    assert.equal(job.id, second);
  },

  "who waits for a failure of a job that never ran is told of the job that failed": async (trial) => {
    const [first, second] = await pushChain(trial, 2, "success", {}, (root) => [link(root, "failure")]);
    const rescue = await trial.engine.inspect.list({ filter: { states: ["waiting"] }, cursor: undefined, limit: 10 });
    assert.equal(rescue.length, 2);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    assert.equal((await trial.get(second)).state, "failed");
    const job = await worker.claimOne();
    assert.partialDeepStrictEqual(job.filled?.[0], { from: first, ending: { state: "failed" } });
  },

  "who waits for a failure that did not happen is skipped, and so are those behind it": async (trial) => {
    const id = newId();
    const [handler, after, last] = [newIdBeside(id), newIdBeside(id), newIdBeside(id)];
    await trial.push(
      { id, node: node(id, 0, [link(handler, "failure")]) },
      { id: handler, node: node(id, 1, [link(after, "success")]) },
      { id: after, node: node(id, 1, [link(last, "failure")]) },
      { id: last, node: node(id, 1) },
    );
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne());
    for (const skipped of [handler, after, last]) {
      const record = await trial.get(skipped);
      assert.partialDeepStrictEqual(record, { state: "revoked", revocation: { by: "workflow" } });
    }
    assert.deepEqual(await worker.claim(10), []);
  },

  "who waits for the end is told of every end": async (trial) => {
    const { body, header } = await pushChord(trial, 3, {}, "end");
    const worker = await trial.worker();
    const outcomes: readonly Outcome[] = [succeeded("1"), failed("503"), discarded("gone")];
    const jobs = await worker.claim(10);
    for (const job of jobs) await worker.settle(job, outcomes[header.indexOf(job.id)] ?? missing(job.id));
    const claimed = await worker.claimOne();
    assert.equal(claimed.id, body);
    assert.deepEqual(
      claimed.filled?.map(({ ending }) => ending),
      [
        { state: "succeeded", result: "1" },
        { state: "failed", error: { name: "Error", message: "503" } },
        { state: "revoked", revocation: { by: "handler", reason: "gone" } },
      ],
    );
  },

  "a link to a job that is not there, or does not wait, changes nothing": async (trial) => {
    const id = newId();
    const other = await trial.pushOne({ id: newIdBeside(id), queue: "other" });
    await trial.push({ id, node: node(id, 0, [link(newIdBeside(id), "success"), link(other, "success")]) });
    const record = await trial.get(other);
    const worker = await trial.worker({ queues: [QUEUE] });
    await worker.succeed(await worker.claimOne());
    assert.deepEqual(await trial.get(other), record);
  },

  "a job that waits can expire, and is heard then": async (trial) => {
    const [, second, third] = await pushChain(trial, 3, "success", {}, () => [], { expires: { afterMs: 50 } });
    await trial.until("the second expires", async () => {
      await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS });
      return (await trial.get(second)).state === "revoked";
    });
    assert.partialDeepStrictEqual(await trial.get(third), { state: "revoked", revocation: { by: "expiry" } });
  },

  "what never ran because of another stays where that one can be retried": async (trial) => {
    const [first, second] = await pushChain(trial, 2);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    const { archive } = trial.engine;
    if (archive === undefined) return;
    const ended = (await archive.ended({ max: 10, forMs: 0 })).map(({ record }) => record);
    assert.deepEqual(
      ended.map(({ id }) => id),
      [first],
    );
    assert.equal(ended[0]?.node?.links[0]?.to, second);
  },

  "what failed with its slots filled stays as well": async (trial) => {
    const { header } = await pushChord(trial, 1);
    const worker = await trial.worker();
    await worker.succeed(await worker.claimOne(), "1");
    await worker.settle(await worker.claimOne(), failed("503"));
    const ended = await trial.engine.archive?.ended({ max: 10, forMs: 0 });
    if (ended === undefined) return;
    assert.deepEqual(
      ended.map(({ record }) => record.id),
      header,
    );
  },

  "a failure ends a chain of 300 at once": async (trial) => {
    const ids = await pushChain(trial, 300);
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("503"));
    assert.deepEqual(new Set(await trial.states(ids)), new Set(["failed"]));
  },
});

const emptyQueue = { paused: false, scheduled: 0, ready: 0, active: 0, waiting: 0, oldestReadyAt: undefined };

/** How a job can come to its end; each leaves the given job ended, or about to be. */
const endings: Readonly<Record<string, (trial: Trial, id: string) => Promise<unknown>>> = {
  success: (trial) => settleNext(trial, "success", succeeded("1")),
  failure: (trial) => settleNext(trial, "failure", failed("503")),
  discard: (trial) => settleNext(trial, "discard", discarded("gone")),
  "revoked-ready": (trial, id) => revoke(trial, { ids: [id] }),
  "revoked-by-filter": (trial, id) => revoke(trial, { filter: { workflow: id, states: ["ready"] } }),
  "revoked-active": async (trial, id) => {
    const worker = await trial.worker({ queues: ["revoked-active"] });
    const job = await worker.claimOne();
    await revoke(trial, { ids: [id] });
    await worker.settle(job, failed("aborted"));
  },
  "revoked-scheduled": (trial, id) => revoke(trial, { ids: [id] }),
  expired: (trial) =>
    trial.until("it expires", async () => {
      const { expired } = await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS });
      return expired > 0;
    }),
  "expired-at-claim": async (trial, id) => {
    const worker = await trial.worker({ queues: ["expired-at-claim"] });
    await trial.until(
      "it is past its expiry",
      async () => (await trial.now()) > ((await trial.get(id)).expiresAt ?? 0),
    );
    const [job] = await worker.claim(1);
    // Who claims may meet the next one in the same step: it goes back.
    if (job !== undefined) await worker.settle(job, { kind: "released" });
  },
  lost: async (trial) => {
    const worker = await trial.worker({ queues: ["lost"] });
    await worker.claimOne();
    await trial.lose(worker);
  },
  "given-back": async (trial) => {
    const worker = await trial.worker({ queues: ["given-back"] });
    await worker.claimOne();
    await trial.engine.liveness.deregister(worker.id);
  },
  removed: (trial, id) => trial.engine.inspect.remove({ selection: { ids: [id] }, dryRun: false }),
  purged: (trial) => trial.engine.inspect.purge({ queue: "purged", dryRun: false }),
};

function stateAfter(ending: string): string {
  if (ending === "success") return "succeeded";
  return ["failure", "lost", "given-back"].includes(ending) ? "failed" : "revoked";
}

/** What the first job must be, so that it can end so. */
function jobOf(ending: string): Partial<NewJob> {
  if (ending.startsWith("expired")) return { expires: { afterMs: 30 } };
  if (ending === "lost" || ending === "given-back") return { ack: "early" };
  return ending === "revoked-scheduled" ? { due: { afterMs: hour } } : {};
}

async function settleNext(trial: Trial, queue: string, outcome: Outcome): Promise<void> {
  const worker: TestWorker = await trial.worker({ queues: [queue] });
  await worker.settle(await worker.claimOne(), outcome);
}
