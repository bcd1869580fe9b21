import type { BulkReply, JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { type Row, readNumber, readText } from "../database/row.ts";
import { type FoundJob, finish } from "../jobs/finish.ts";
import { readState } from "../jobs/record.ts";
import { removeJob } from "../jobs/remove.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";
import { countJobs, lanesOf } from "./filter.ts";

/** What is done to each job. */
export type BulkAction =
  | { readonly kind: "revoke"; readonly reason: string; readonly retainMs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "remove" };

/**
 * A bounded part of an operation on many jobs, so that no transaction holds the lock for long. By filter it goes
 * through the table by sequence; `last` is fixed by the first step, so jobs pushed meanwhile are left alone.
 */
export type BulkStep =
  | { readonly by: "ids"; readonly action: BulkAction; readonly ids: readonly string[]; readonly dryRun: boolean }
  | { readonly by: "filter"; readonly action: BulkAction; readonly filter: JobFilter; readonly place: BulkPlace }
  | { readonly by: "count"; readonly action: BulkAction; readonly filter: JobFilter };

export interface BulkPlace {
  readonly after: number;
  readonly last: number | undefined;
}

/** `next`: where to go on; absent at the end. */
export interface BulkStepReply extends BulkReply {
  readonly next: BulkPlace | undefined;
}

// About 2 ms of looking, or 10 ms where every job is changed.
const STEP_ROWS = 1_000;

/** The states in which an action can take a job. */
const allowedStates: Readonly<Record<BulkAction["kind"], ReadonlySet<JobState>>> = {
  revoke: new Set(["scheduled", "ready", "active", "waiting"]),
  retry: new Set(["failed", "revoked"]),
  remove: new Set(["scheduled", "ready", "waiting", "succeeded", "failed", "revoked"]),
};

export function bulk(work: Work, step: BulkStep): BulkStepReply {
  switch (step.by) {
    case "ids":
      return byIds(work, step.action, step.ids, step.dryRun);
    case "filter":
      return byFilter(work, step.action, step.filter, step.place);
    case "count":
      return {
        changed: countJobs(work.lanes, step.filter, allowedStates[step.action.kind]),
        skipped: [],
        next: undefined,
      };
  }
}

function byIds(work: Work, action: BulkAction, ids: readonly string[], dryRun: boolean): BulkStepReply {
  const skipped: { id: string; reason: "not-found" | "wrong-state" }[] = [];
  for (const id of ids) {
    const row = work.statements.named("jobs/standing-by-id").get({ id });
    const job = row === undefined ? undefined : toFoundJob(work, row);
    if (job === undefined) skipped.push({ id, reason: "not-found" });
    else if (!allowedStates[action.kind].has(job.state)) skipped.push({ id, reason: "wrong-state" });
    else if (!dryRun) act(work, job, action);
  }
  return { changed: ids.length - skipped.length, skipped, next: undefined };
}

function byFilter(work: Work, action: BulkAction, filter: JobFilter, { after, last }: BulkPlace): BulkStepReply {
  const until = last ?? lastSequence(work);
  const lanes = lanesOf(work.lanes, filter);
  const rows = work.statements.named("inspect/step").all({ after, until, limit: STEP_ROWS });
  let changed = 0;
  for (const row of rows) {
    const job = toFoundJob(work, row);
    if (!fits(job, filter, lanes) || !allowedStates[action.kind].has(job.state)) continue;
    act(work, job, action);
    changed += 1;
  }
  const end = rows.at(-1);
  const isOver = end === undefined || rows.length < STEP_ROWS;
  return { changed, skipped: [], next: isOver ? undefined : { after: readNumber(end, 0), last: until } };
}

function fits(job: FoundJob, filter: JobFilter, lanes: ReadonlySet<Lane> | undefined): boolean {
  return (filter.states?.includes(job.state) ?? true) && (lanes?.has(job.lane) ?? true);
}

function act(work: Work, job: FoundJob, action: BulkAction): void {
  switch (action.kind) {
    case "revoke":
      revoke(work, job, action.reason, action.retainMs);
      break;
    case "retry":
      work.statements.hot("inspect/retry").run(job.sequence);
      work.statements.hot("jobs/delete-progress").run(job.sequence);
      work.moved(job.lane, job.id, job.state, "ready");
      break;
    case "remove":
      removeJob(work, job);
      break;
  }
}

function revoke(work: Work, job: FoundJob, reason: string, retainMs: number): void {
  if (job.state !== "active") {
    finish(work, job, { state: "revoked", retainMs, revocation: { by: "caller", reason } });
    return;
  }
  work.statements.named("inspect/request-revocation").run({ sequence: job.sequence, reason, retain_ms: retainMs });
  work.touched(job.id, "active");
}

function lastSequence(work: Work): number {
  const row = work.statements.named("inspect/last-sequence").get();
  return row === undefined ? 0 : readNumber(row, 0);
}

function toFoundJob(work: Work, row: Row): FoundJob {
  const lane = work.lanes.get(readNumber(row, 2));
  return { sequence: readNumber(row, 0), id: readText(row, 1), lane, state: readState(row, 3) };
}
