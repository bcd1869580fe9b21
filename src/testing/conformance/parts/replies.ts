import assert from "node:assert/strict";
import type { ExchangeReply } from "../../../engine/jobs.ts";
import { EngineUnavailable } from "../../../kernel/errors.ts";
import type { ClaimedJob, Settlement } from "../../../kernel/job.ts";
import { type LossyEngine, loseReplies } from "../lossy.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { newJob, pushRequest, type Trial } from "../trial.ts";
import { settlementOf, succeeded, TestWorker } from "../worker.ts";

const broken = { code: "ENGINE_UNAVAILABLE" };

export const replyTests: readonly ConformanceTest[] = definePart("lost replies", {
  "a push whose answer was lost can be repeated": async (trial) => {
    const engine = loseReplies(trial.engine);
    const request = pushRequest([{}, { key: { key: "k", inputHash: "h", ttlMs: 60_000 } }]);
    engine.loses = () => true;
    await assert.rejects(engine.jobs.push([request]), broken);
    engine.loses = () => false;
    const [reply] = await engine.jobs.push([request]);
    const jobs = request.jobs.map(({ id }) => ({ id, outcome: "existing" }));
    assert.deepEqual(reply, { status: "stored", jobs });
    assert.equal(await trial.engine.inspect.count({}), 2);
  },

  "jobs whose claim was never answered come back at the next beat": async (trial) => {
    const { engine, worker } = await lossyWorker(trial);
    const id = await trial.pushOne();
    engine.loses = () => true;
    await assert.rejects(worker.claim(1), broken);
    engine.loses = () => false;
    assert.deepEqual(await trial.states([id]), ["active"]);
    assert.partialDeepStrictEqual(await worker.beat([], [worker.exchanges]), { reclaimed: 0 });
    assert.partialDeepStrictEqual(await worker.beat([], []), { known: true, reclaimed: 1 });
    const job = await worker.claimOne();
    assert.partialDeepStrictEqual(job, { id, fence: 2, crashes: 0, failures: 0 });
    await worker.succeed(job);
  },

  "a settlement whose answer was lost can be repeated": async (trial) => {
    const { engine, worker } = await lossyWorker(trial);
    await trial.pushOne();
    const job = await worker.claimOne();
    const effects = [{ kind: "push", job: newJob({ queue: "next" }) } as const];
    engine.loses = () => true;
    await assert.rejects(worker.settle(job, succeeded("1"), effects), broken);
    engine.loses = () => false;
    assert.partialDeepStrictEqual(await worker.beat([job]), { lost: [job.id], reclaimed: 0 });
    assert.deepEqual(await worker.settle(job, succeeded("1"), effects), { status: "applied", state: "succeeded" });
    assert.partialDeepStrictEqual(await trial.get(job.id), { state: "succeeded", result: "1", fence: 1 });
    assert.equal(await trial.engine.inspect.count({ queues: ["next"] }), 1);
  },

  "with every third answer lost, each job is done once": async (trial) => {
    const { engine, worker } = await lossyWorker(trial);
    let answers = 0;
    engine.loses = () => {
      answers += 1;
      return answers % 3 === 0;
    };
    const requests = Array.from({ length: 10 }, () => pushRequest([{}, {}, {}]));
    for (const request of requests) await repeat(() => engine.jobs.push([request]));
    await drain(trial, worker);
    const ids = requests.flatMap(({ jobs }) => jobs.map(({ id }) => id));
    const records = await trial.engine.inspect.get(ids);
    for (const record of records)
      assert.partialDeepStrictEqual(record, { state: "succeeded", crashes: 0, failures: 0 });
    assert.equal(await trial.engine.inspect.count({ queues: ["next"] }), ids.length, "one follow-up for each job");
  },
});

async function lossyWorker(trial: Trial): Promise<{ engine: LossyEngine; worker: TestWorker }> {
  const engine = loseReplies(trial.engine);
  const worker = new TestWorker(engine, { id: "lossy", leaseMs: trial.leaseMs, queues: ["queue"] });
  await worker.register();
  return { engine, worker };
}

async function repeat<Reply>(attempt: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
}

/** Works as a worker does: settlements go again until they are answered, beats reconcile, until nothing is left. */
async function drain(trial: Trial, worker: TestWorker): Promise<void> {
  let settlements: readonly Settlement[] = [];
  let held: readonly ClaimedJob[] = [];
  await trial.until("all jobs are done", async () => {
    const reply = await worker.exchange(settlements, { max: 4 }).catch(() => undefined);
    if (reply !== undefined) {
      assertApplied(reply);
      held = reply.claimed;
      settlements = held.map((job) => settlementOf(job, succeeded("1"), [followUpOf(job)]));
    }
    await worker.beat(held);
    return (await trial.engine.inspect.count({ queues: ["queue"], states: ["ready", "active"] })) === 0;
  });
}

function assertApplied({ settled }: ExchangeReply): void {
  for (const one of settled) assert.deepEqual(one, { status: "applied", state: "succeeded" });
}

/** Its id follows from its parent's, as those of real follow-ups do: a repeat names the same job. */
function followUpOf(job: ClaimedJob): Settlement["effects"][number] {
  return { kind: "push", job: newJob({ id: `${job.id}:next`, queue: "next" }) };
}
