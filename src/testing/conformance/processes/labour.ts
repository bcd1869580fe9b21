import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../../engine/contract.ts";
import type { ClaimedJob, Settlement } from "../../../kernel/job.ts";
import { newJob } from "../trial.ts";
import { QUEUE, RETAIN_MS, settlementOf, succeeded, TestWorker } from "../worker.ts";
import type { Labour } from "./protocol.ts";

const IDLE_MS = 5;

/** Works until the engine is closed or the process ends. */
export async function labour(engine: Engine, { worker: id, leaseMs, followUpQueue }: Labour): Promise<void> {
  const worker = new TestWorker(engine, { id, leaseMs, queues: [QUEUE] });
  await worker.register();
  let held: readonly ClaimedJob[] = [];
  for (let beatAt = 0; ; ) {
    const { claimed } = await worker.exchange(
      held.map((job) => settle(job, id, followUpQueue)),
      { max: 5 },
    );
    held = claimed;
    if (performance.now() >= beatAt) {
      await beatAndRescue(worker, held);
      beatAt = performance.now() + leaseMs / 4;
    }
    if (held.length === 0) await delay(IDLE_MS);
  }
}

async function beatAndRescue(worker: TestWorker, held: readonly ClaimedJob[]): Promise<void> {
  const { known } = await worker.beat(held);
  if (!known) await worker.register();
  await worker.engine.liveness.rescue({ worker: worker.id, max: 100, retainMs: RETAIN_MS });
}

function settle(job: ClaimedJob, worker: string, queue: string): Settlement {
  // Not derived from the job's id: a second success would show as a second follow-up.
  return settlementOf(job, succeeded(worker), [{ kind: "push", job: newJob({ queue, input: job.id }) }]);
}
