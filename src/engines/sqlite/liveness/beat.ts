import type { Beat, BeatReply, Held } from "../../../engine/index.ts";
import type { Work } from "../work.ts";
import { type ActiveJob, activeOf } from "./active.ts";
import { giveBack } from "./give-back.ts";

/** Renews a lease, and reconciles what the engine and the worker believe that the worker holds. */
export function beat(work: Work, { worker, leaseMs, held }: Beat): BeatReply {
  const renewed = work.statements.named("liveness/renew").run({ id: worker, lease_ms: leaseMs, now: work.nowMs });
  const known = renewed === 1;
  return held === undefined
    ? { known, lost: [], revoked: [], reclaimed: 0 }
    : { known, ...reconcile(work, worker, held) };
}

function reconcile(work: Work, worker: string, held: Held): Omit<BeatReply, "known"> {
  const active = new Map(activeOf(work, worker).map((job) => [job.id, job]));
  const lost: string[] = [];
  const revoked: { id: string; reason: string }[] = [];
  for (const { id, fence } of held.jobs) {
    const job = active.get(id);
    if (job?.fence === fence) active.delete(id);
    if (job?.fence !== fence) lost.push(id);
    else if (job.revocation !== undefined) revoked.push({ id, reason: job.revocation.reason });
  }
  return { lost, revoked, reclaimed: reclaim(work, worker, active.values(), held) };
}

/** Gives back jobs whose claim's reply was lost: the worker never heard of them, so they never started. */
function reclaim(work: Work, worker: string, unheld: Iterable<ActiveJob>, held: Held): number {
  let reclaimed = 0;
  for (const job of unheld) {
    if (job.exchange >= held.nextExchange || held.pendingExchanges.includes(job.exchange)) continue;
    giveBack(work, job, { worker, crashes: 0, retainMs: job.retainMs });
    reclaimed += 1;
  }
  return reclaimed;
}
