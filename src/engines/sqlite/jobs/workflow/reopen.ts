import { linkEffect } from "../../../../engine/index.ts";
import type { Link } from "../../../../kernel/job.ts";
import { isFinished } from "../../../../kernel/state.ts";
import type { Work } from "../../work.ts";
import { linksOf } from "./node.ts";
import { hasBrokenSlot, mendSlot } from "./slots.ts";
import { findTarget, isBroken, type Target } from "./target.ts";

/** A job is about to run again: those that ended because of it alone wait for it again, and those behind them. */
export function reopen(work: Work, id: string): void {
  const origin = findTarget(work, id);
  const queue = origin === undefined ? [] : [origin];
  for (const job of queue) {
    const links = job.node === undefined ? [] : linksOf(job.node);
    for (const link of links) {
      const target = mend(work, job, link);
      if (target === undefined || hasBrokenSlot(work, target.sequence)) continue;
      work.statements.named("jobs/reopen").run({ sequence: target.sequence });
      work.moved(target.lane, target.id, target.state, "waiting");
      queue.push(target);
    }
  }
}

/** Returns the job that a link leads to, if the link had broken it. */
function mend(work: Work, { state, revocation }: Target, { to, slot, on }: Link): Target | undefined {
  if (!isFinished(state) || linkEffect(on, { state, revocation }) !== "break") return undefined;
  const target = findTarget(work, to);
  if (target === undefined || !isBroken(target)) return undefined;
  return mendSlot(work, { job: target.sequence, slot }) ? target : undefined;
}
