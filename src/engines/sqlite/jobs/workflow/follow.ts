import { linkEffect, SKIPPED } from "../../../../engine/index.ts";
import type { Link } from "../../../../kernel/job.ts";
import { instantOf } from "../../instant.ts";
import type { Work } from "../../work.ts";
import { type End, endJob } from "../end.ts";
import { stateWhenDue } from "../insert.ts";
import { delayOf, linksOf } from "./node.ts";
import { breakSlot, fillSlot, lacksSlot } from "./slots.ts";
import { findTarget, isBroken, type Target } from "./target.ts";

/** A job of a workflow that has just ended. */
export interface Ended {
  readonly id: string;
  readonly node: string;
  readonly end: End;
}

/** Tells those who wait for a job of its end, and those who wait for them where they end with it: however many. */
export function follow(work: Work, ended: Ended): void {
  const queue = [ended];
  for (const job of queue) {
    for (const link of linksOf(job.node)) {
      const next = tell(work, job, link);
      if (next !== undefined) queue.push(next);
    }
  }
}

/** Returns the job that a link leads to, if it has ended by this. */
function tell(work: Work, job: Ended, { to, slot, on }: Link): Ended | undefined {
  const target = findTarget(work, to);
  // One that ended because of another may be wanted again: what comes meanwhile is kept for it.
  if (target === undefined || (target.state !== "waiting" && !isBroken(target))) return undefined;
  const place = { job: target.sequence, slot };
  const origin = job.end.upstream ?? job.id;
  const effect = linkEffect(on, { state: job.end.state, revocation: job.end.revocation });
  if (effect === "fill") {
    if (fillSlot(work, place, origin, job.end) && target.state === "waiting") endWait(work, target);
    return undefined;
  }
  if (!breakSlot(work, place) || target.state !== "waiting") return undefined;
  return endAlike(work, target, effect === "break" ? sameEnd(job.end, origin) : skip(job.end, origin));
}

/** Makes a job ready, or schedules it, if it has all that it waited for. */
function endWait(work: Work, { sequence, id, lane, node }: Target): void {
  if (lacksSlot(work, sequence)) return;
  const delay = node === undefined ? undefined : delayOf(node);
  const dueAt = delay === undefined ? null : instantOf(delay, work.nowMs);
  const state = stateWhenDue(dueAt, work.nowMs);
  work.statements.named("jobs/end-wait").run({ sequence, state, due_at: dueAt });
  work.moved(lane, id, "waiting", state);
}

function endAlike(work: Work, target: Target, end: End): Ended | undefined {
  endJob(work, target, end);
  return target.node === undefined ? undefined : { id: target.id, node: target.node, end };
}

function sameEnd({ state, retainMs, error, revocation }: End, upstream: string): End {
  return { state, retainMs, error, revocation, upstream };
}

function skip({ retainMs }: End, upstream: string): End {
  return { state: "revoked", retainMs, revocation: SKIPPED, upstream };
}
