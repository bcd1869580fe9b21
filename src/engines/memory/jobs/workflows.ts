import { endingOf, type LinkEffect, linkEffect, SKIPPED } from "../../../engine/index.ts";
import type { Ending, LinkCondition } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { copyPayload, instantOf, type StoredJob, stateWhenDue } from "./job.ts";
import type { JobTable } from "./table.ts";

/** Tells the jobs of a workflow of the ends that they wait for. */
export class Workflows {
  readonly #jobs: JobTable;
  readonly #ended: StoredJob[] = [];
  #following = false;

  constructor(jobs: JobTable) {
    this.#jobs = jobs;
  }

  /** Follows the links of a job that has ended, and of those that end with it: one after the other, however many. */
  ended(job: StoredJob): void {
    if (job.node === undefined || job.node.links.length === 0) return;
    this.#ended.push(job);
    if (this.#following) return;
    this.#following = true;
    for (let next = this.#ended.shift(); next !== undefined; next = this.#ended.shift()) this.#followAll(next);
    this.#following = false;
  }

  /** A job is about to run again: those that ended because of it alone wait for it again. */
  reopen(origin: StoredJob): void {
    const reopened = [origin];
    for (const job of reopened) {
      for (const { to, slot, on } of job.node?.links ?? []) {
        const target = this.#jobs.get(to);
        if (target === undefined || !isBroken(target) || isFilled(target, slot) || effectOf(job, on) !== "break")
          continue;
        target.broken -= 1;
        if (target.broken === 0) reopened.push(target);
      }
      const cleared = { error: undefined, revocation: undefined, finishedAt: undefined, upstream: undefined };
      if (job !== origin) this.#jobs.change(job, "waiting", cleared);
    }
  }

  #followAll(job: StoredJob): void {
    for (const { to, slot, on } of job.node?.links ?? []) {
      const target = this.#jobs.get(to);
      if (target === undefined || isFilled(target, slot)) continue;
      const effect = effectOf(job, on);
      if (target.state === "waiting") this.#apply(job, effect, slot, target);
      else if (isBroken(target)) keepForRetry(job, effect, slot, target);
    }
  }

  #apply(job: StoredJob, effect: LinkEffect, slot: number, target: StoredJob): void {
    const { finishedAt: now = 0, pruneAt, error, revocation } = job;
    const end = { finishedAt: now, pruneAt, upstream: job.upstream ?? job.id };
    switch (effect) {
      case "fill":
        fill(target, slot, job);
        this.#endWait(target, now);
        return;
      case "break":
        target.broken = 1;
        this.#jobs.change(target, job.state, { ...end, error, revocation });
        return;
      case "skip":
        this.#jobs.change(target, "revoked", { ...end, revocation: { ...SKIPPED, retainMs: pruneAt - now } });
        return;
    }
  }

  #endWait(target: StoredJob, now: number): void {
    const dueAt = target.delay === undefined ? target.dueAt : instantOf(target.delay, now);
    if (target.awaited > 0) this.#jobs.change(target, "waiting", {});
    else this.#jobs.change(target, stateWhenDue(dueAt, now), { dueAt });
  }
}

/** What a job that ended because of another would have got, or lacks as well, once that one is run again. */
function keepForRetry(job: StoredJob, effect: LinkEffect, slot: number, target: StoredJob): void {
  if (effect === "fill") fill(target, slot, job);
  else target.broken += 1;
}

function fill(target: StoredJob, slot: number, job: StoredJob): void {
  target.filled = [...target.filled, { slot, from: job.upstream ?? job.id, ending: copyEnding(job) }];
  target.awaited -= 1;
}

function effectOf(job: StoredJob, on: LinkCondition): LinkEffect {
  return isFinished(job.state) ? linkEffect(on, { state: job.state, revocation: job.revocation }) : "fill";
}

function isFilled(target: StoredJob, slot: number): boolean {
  return target.filled.some((filled) => filled.slot === slot);
}

/** Whether it ended because what it waited for did not come. */
function isBroken({ upstream, revocation }: StoredJob): boolean {
  return upstream !== undefined && revocation?.by !== "workflow";
}

function copyEnding(job: StoredJob): Ending {
  const state = isFinished(job.state) ? job.state : "succeeded";
  return endingOf({ ...job, state, result: copyPayload(job.result) });
}
