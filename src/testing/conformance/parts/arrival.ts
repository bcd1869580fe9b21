import assert from "node:assert/strict";
import type { ClaimInterest } from "../../../engine/jobs.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, type Trial } from "../trial.ts";
import { failed, succeeded, TASK } from "../worker.ts";

const anyQueue: ClaimInterest = { queues: undefined, tasks: [TASK] };

export const arrivalTests: readonly ConformanceTest[] = definePart("arrival", {
  "a push wakes one who waits": async (trial) => {
    const waiters = await wait(trial, [anyQueue]);
    await trial.pushOne();
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "no more are woken than there are jobs": async (trial) => {
    const waiters = await wait(
      trial,
      Array.from({ length: 6 }, () => anyQueue),
    );
    await trial.push({}, {});
    await trial.until("two wake", async () => waiters.woken === 2);
    await assertStays(trial, () => waiters.woken, 2);
    await trial.push(...Array.from({ length: 10 }, () => ({})));
    await trial.until("all wake", async () => waiters.woken === 6);
  },

  "jobs that were claimed wake nobody": async (trial) => {
    await trial.push({}, {}, {}, { queue: "other" });
    const worker = await trial.worker();
    await worker.claim(2, { queues: ["queue"] });
    await worker.claim(1, { queues: ["other"] });
    const waiters = await wait(
      trial,
      Array.from({ length: 3 }, () => anyQueue),
    );
    await trial.pass(150);
    assert.ok(waiters.woken <= 1, `one job woke ${waiters.woken}`);
  },

  "a job of another queue or task wakes nobody": async (trial) => {
    const waiters = await wait(trial, [
      { queues: ["other"], tasks: [TASK] },
      { queues: undefined, tasks: ["other"] },
      { queues: [], tasks: [TASK] },
    ]);
    await trial.push({}, {}, {});
    await assertStays(trial, () => waiters.woken, 0);
    await trial.push({ queue: "other" }, { task: "other" });
    await trial.until("two wake", async () => waiters.woken === 2);
  },

  "the one that fits is woken, wherever it stands in line": async (trial) => {
    const strangers = await wait(
      trial,
      Array.from({ length: 5 }, () => ({ queues: ["other"], tasks: [TASK] })),
    );
    const fitting = await wait(trial, [anyQueue]);
    await trial.pushOne();
    await trial.until("it wakes", async () => fitting.woken === 1);
    assert.equal(strangers.woken, 0);
  },

  "a scheduled job wakes nobody until it is promoted": async (trial) => {
    const waiters = await wait(trial, [anyQueue]);
    await trial.pushOne({ due: { afterMs: 100 } });
    assert.equal(waiters.woken, 0);
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 1 })).promoted === 1);
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "a job of a paused queue wakes nobody until it is resumed": async (trial) => {
    await trial.engine.inspect.pause("queue");
    const waiters = await wait(trial, [anyQueue]);
    await trial.pushOne();
    await assertStays(trial, () => waiters.woken, 0);
    await trial.engine.inspect.resume("queue");
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "a release wakes one": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const waiters = await wait(trial, [anyQueue]);
    await worker.settle(job, { kind: "released" });
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "a follow-up wakes one": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const waiters = await wait(trial, [anyQueue]);
    await worker.settle(job, succeeded(), [{ kind: "push", job: newJob() }]);
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "a job that nobody heard of, or of a lost worker, wakes one": async (trial) => {
    await trial.pushOne();
    const worker = await trial.worker();
    await worker.claimOne();
    const first = await wait(trial, [anyQueue]);
    await worker.beat([]);
    await trial.until("it wakes", async () => first.woken === 1);
    await worker.claimOne();
    const second = await wait(trial, [anyQueue]);
    await trial.lose(worker);
    await trial.until("it wakes", async () => second.woken === 1);
  },

  "a retry by hand wakes one": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await worker.settle(await worker.claimOne(), failed("error"));
    const waiters = await wait(trial, [anyQueue]);
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    await trial.until("it wakes", async () => waiters.woken === 1);
  },

  "an abort ends the wait": async (trial) => {
    const controller = new AbortController();
    const waiting = trial.engine.jobs.arrival(anyQueue, controller.signal);
    controller.abort();
    await waiting;
    await trial.engine.jobs.arrival(anyQueue, controller.signal);
  },

  "one who has left is not woken in place of one who waits": async (trial) => {
    const controller = new AbortController();
    const left = trial.engine.jobs.arrival(anyQueue, controller.signal);
    const waiters = await wait(trial, [anyQueue]);
    controller.abort();
    await left;
    await trial.pushOne();
    await trial.until("the other wakes", async () => waiters.woken === 1);
  },
});

interface Waiters {
  readonly woken: number;
}

/** Begins to wait; the waits end with the test. */
async function wait(trial: Trial, interests: readonly ClaimInterest[]): Promise<Waiters> {
  const controller = new AbortController();
  let woken = 0;
  const waits = interests.map((interest) =>
    trial.engine.jobs.arrival(interest, controller.signal).then(() => {
      if (!controller.signal.aborted) woken += 1;
    }),
  );
  trial.onEnd(async () => {
    controller.abort();
    await Promise.all(waits);
  });
  // Whatever comes after in this engine's line finds the waits in place.
  await trial.engine.inspect.get([]);
  return {
    get woken() {
      return woken;
    },
  };
}

/** A hint that should not come cannot be waited for: a while without it must do, far longer than one takes. */
async function assertStays(trial: Trial, count: () => number, expected: number): Promise<void> {
  await trial.pass(150);
  assert.equal(count(), expected);
}
