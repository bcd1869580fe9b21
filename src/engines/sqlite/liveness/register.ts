import type { WorkerDescription } from "../../../engine/index.ts";
import type { Work } from "../work.ts";
import { activeOf } from "./active.ts";
import { giveBack } from "./give-back.ts";

/** Begins a worker's lease. */
export function register(work: Work, worker: WorkerDescription, leaseMs: number): void {
  work.statements.named("liveness/register").run({
    id: worker.id,
    host: worker.host,
    pid: worker.pid,
    version: worker.version,
    queues: worker.queues === undefined ? null : JSON.stringify(worker.queues),
    tasks: JSON.stringify(worker.tasks),
    concurrency: worker.concurrency,
    now: work.nowMs,
    lease_ms: leaseMs,
  });
}

/** Ends a worker's lease and gives back what it still holds. */
export function deregister(work: Work, worker: string): void {
  for (const job of activeOf(work, worker)) giveBack(work, job, { worker, crashes: 0, retainMs: job.retainMs });
  work.statements.named("liveness/delete").run({ id: worker });
}
