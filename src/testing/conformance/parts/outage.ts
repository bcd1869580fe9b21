import assert from "node:assert/strict";
import { newId } from "../../../kernel/id.ts";
import type { Outage } from "../adapter.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { pushRequest, type Trial } from "../trial.ts";
import { RETAIN_MS } from "../worker.ts";

export const outageTests: readonly ConformanceTest[] = definePart(
  "outage",
  {
    "an outage is not a crash: who comes back keeps its jobs": async (trial) => {
      const ids = await trial.push({}, {});
      const [one, two] = [await trial.worker(), await trial.worker()];
      const jobs = [await one.claimOne(), await two.claimOne()] as const;
      const outage = await begin(trial);
      await trial.pass(1.5 * trial.leaseMs);
      await outage.end();
      await trial.until("the store answers", () => one.beat([jobs[0]]).catch(() => undefined));
      const rescued = await trial.engine.liveness.rescue({ worker: one.id, max: 10, retainMs: RETAIN_MS });
      assert.deepEqual(rescued, []);
      assert.partialDeepStrictEqual(await two.beat([jobs[1]]), { known: true, lost: [] });
      await one.succeed(jobs[0]);
      await two.succeed(jobs[1]);
      assert.deepEqual(await trial.states(ids), ["succeeded", "succeeded"]);
    },

    "a push ends at its deadline, and is not stored later": async (trial) => {
      const id = newId();
      const outage = await begin(trial);
      const deadlineAt = Date.now() + 500;
      const startedAt = performance.now();
      const code = await trial.engine.jobs.push([pushRequest([{ id }], { deadlineAt })]).then(
        ([reply]) => (reply?.status === "refused" ? reply.error.code : reply?.status),
        (error) => error.code,
      );
      const tookMs = performance.now() - startedAt;
      assert.ok(["ENGINE_TIMEOUT", "ENGINE_UNAVAILABLE"].includes(code), code);
      assert.ok(tookMs < 5_000, `the refusal took ${tookMs} ms`);
      await outage.end();
      await trial.until("the store answers", () => trial.pushOne().catch(() => undefined));
      assert.deepEqual(await trial.states([id]), [undefined]);
    },

    "what was stored before is there after": async (trial) => {
      const ids = await trial.push({}, { due: { afterMs: 3_600_000 } });
      const outage = await begin(trial);
      await trial.pass(trial.leaseMs / 2);
      await outage.end();
      const states = await trial.until("the store answers", () => trial.states(ids).catch(() => undefined));
      assert.deepEqual(states, ["ready", "scheduled"]);
    },
  },
  "outage",
);

async function begin(trial: Trial): Promise<Outage> {
  const outage = await trial.adapter.outage?.(trial.reference);
  assert.ok(outage !== undefined);
  let ended = false;
  const end = async (): Promise<void> => {
    if (!ended) await outage.end();
    ended = true;
  };
  trial.onEnd(end);
  return { end };
}
