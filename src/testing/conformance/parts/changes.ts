import assert from "node:assert/strict";
import type { JobChange, JobState } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { failed, RETAIN_MS, retried } from "../worker.ts";

export const changeTests: readonly ConformanceTest[] = definePart("changes", {
  "a job's whole life is heard": async (trial) => {
    const heard = await listen(trial);
    const id = await trial.pushOne();
    const worker = await trial.worker();
    await heard.until(id, "ready");
    const job = await worker.claimOne();
    await heard.until(id, "active");
    await worker.settle(job, retried("error", 20));
    await heard.until(id, "scheduled");
    await trial.until("it is promoted", async () => (await trial.engine.upkeep.promote({ max: 1 })).promoted === 1);
    await heard.until(id, "ready");
    await worker.succeed(await worker.claimOne());
    await heard.until(id, "succeeded");
  },

  "ends without a worker are heard": async (trial) => {
    const [revoked, expired] = await trial.push({}, { expires: { at: 1 } });
    assert.ok(revoked !== undefined && expired !== undefined);
    const heard = await listen(trial);
    const selection = { ids: [revoked] };
    await trial.engine.inspect.revoke({ selection, dryRun: false, reason: "x", retainMs: RETAIN_MS });
    await heard.until(revoked, "revoked");
    await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS });
    await heard.until(expired, "revoked");
    await trial.engine.inspect.retry({ selection, dryRun: false });
    await heard.until(revoked, "ready");
  },

  "a lost worker's jobs are heard of": async (trial) => {
    const [late, early] = await trial.push({}, { ack: "early" });
    assert.ok(late !== undefined && early !== undefined);
    const worker = await trial.worker();
    await worker.claim(2);
    const heard = await listen(trial);
    await trial.lose(worker);
    await heard.until(late, "ready");
    await heard.until(early, "failed");
  },

  "progress is heard": async (trial) => {
    const id = await trial.pushOne();
    const worker = await trial.worker();
    const job = await worker.claimOne();
    const heard = await listen(trial);
    await trial.engine.jobs.progress([{ ...job, progress: "50" }]);
    await heard.until(id, "active");
  },

  "many changes are all heard": async (trial) => {
    const heard = await listen(trial);
    const ids = await trial.push(...Array.from({ length: 1_000 }, () => ({})));
    const worker = await trial.worker();
    const claimed = await worker.claim(10);
    for (const job of claimed) await worker.settle(job, failed("error"));
    for (const { id } of claimed) await heard.until(id, "failed");
    await heard.until(ids.at(-1) ?? "", "ready");
  },

  "a closed listener hears nothing more": async (trial) => {
    let count = 0;
    const subscription = await trial.engine.jobs.changes((changes) => {
      count += changes.length;
    });
    await trial.pushOne();
    await trial.until("it is heard", async () => count > 0);
    await subscription.close();
    await subscription.close();
    const before = count;
    const other = await listen(trial);
    const id = await trial.pushOne();
    await other.until(id, "ready");
    assert.equal(count, before);
  },

  "nobody is called once close has resolved": async (trial) => {
    for (let round = 0; round < 20; round += 1) {
      let count = 0;
      const subscription = await trial.engine.jobs.changes(() => {
        count += 1;
      });
      const pushing = trial.push({}, {});
      await subscription.close();
      const atClose = count;
      await pushing;
      await trial.engine.inspect.count({});
      assert.equal(count, atClose);
    }
  },

  "what was heard can be read": async (trial) => {
    const seen: (JobState | undefined)[] = [];
    await trial.engine.jobs.changes((changes) => {
      const finished = changes.filter(({ state }) => state === "succeeded").map(({ id }) => id);
      void trial.states(finished).then((states) => seen.push(...states));
    });
    const worker = await trial.worker();
    for (let count = 0; count < 10; count += 1) {
      await trial.pushOne();
      await worker.succeed(await worker.claimOne());
    }
    await trial.until("all are read", async () => seen.length === 10);
    assert.ok(seen.every((state) => state === "succeeded"));
  },
});

interface Heard {
  /** Waits for a change and forgets what came before it. */
  until(id: string, state: JobState): Promise<void>;
}

async function listen(trial: Trial): Promise<Heard> {
  let heard: JobChange[] = [];
  await trial.engine.jobs.changes((changes) => {
    heard.push(...changes);
  });
  return {
    async until(id, state) {
      const index = await trial.until(`job ${id} is heard to be ${state}`, async () => {
        const found = heard.findIndex((change) => change.id === id && change.state === state);
        return found === -1 ? undefined : found;
      });
      heard = heard.filter((change, place) => change.id !== id || place > index);
    },
  };
}
