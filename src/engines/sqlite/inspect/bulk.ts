import type { BulkReply, JobFilter } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { type Row, readNumber } from "../database/row.ts";
import type { Parameters } from "../database/statement.ts";
import { finish } from "../jobs/finish.ts";
import { type FoundJob, findAgain, findJob, toFoundJob } from "../jobs/found-job.ts";
import { removeJob } from "../jobs/remove.ts";
import { reopen } from "../jobs/workflow/reopen.ts";
import { lacksSlot } from "../jobs/workflow/slots.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Work } from "../work.ts";
import { countJobs, countLacking, lanesOf } from "./filter.ts";

/** What is done to each job. */
export type BulkAction =
  | { readonly kind: "revoke"; readonly reason: string; readonly retainMs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "remove" };

/**
 * A bounded part of an operation on many jobs, so that no transaction holds the lock for long. By filter it goes
 * through the table, or the jobs of a workflow, by sequence; `last` is fixed by the first step, so jobs pushed meanwhile are
 * left alone.
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
        changed: countAllowed(work, step.action, step.filter),
        skipped: [],
        next: undefined,
      };
  }
}

function byIds(work: Work, action: BulkAction, ids: readonly string[], dryRun: boolean): BulkStepReply {
  const skipped: { id: string; reason: "not-found" | "wrong-state" }[] = [];
  for (const id of ids) {
    const job = findJob(work, id);
    if (job === undefined) skipped.push({ id, reason: "not-found" });
    else if (!allows(work, job, action)) skipped.push({ id, reason: "wrong-state" });
    else if (!dryRun) act(work, job, action);
  }
  return { changed: ids.length - skipped.length, skipped, next: undefined };
}

function byFilter(work: Work, action: BulkAction, filter: JobFilter, { after, last }: BulkPlace): BulkStepReply {
  const until = last ?? lastSequence(work);
  const lanes = lanesOf(work.lanes, filter);
  const rows = readStep(work, filter.workflow, { after, until, limit: STEP_ROWS });
  let changed = 0;
  for (const row of rows) {
    const found = toFoundJob(work, row);
    const job = fits(found, filter, lanes) ? findAgain(work, found) : undefined;
    if (job === undefined || !allows(work, job, action)) continue;
    act(work, job, action);
    changed += 1;
  }
  const end = rows.at(-1);
  const isOver = end === undefined || rows.length < STEP_ROWS;
  return { changed, skipped: [], next: isOver ? undefined : { after: readNumber(end, 0), last: until } };
}

function readStep(work: Work, workflow: string | undefined, range: Parameters): readonly Row[] {
  if (workflow === undefined) return work.statements.named("inspect/step").all(range);
  return work.statements.named("inspect/step-workflow").all({ ...range, workflow });
}

function countAllowed(work: Work, { kind }: BulkAction, filter: JobFilter): number {
  const count = countJobs(work, filter, allowedStates[kind]);
  return kind === "retry" ? count - countLacking(work, filter, allowedStates[kind]) : count;
}

/** A job that lacks what it waited for cannot run by itself. */
function allows(work: Work, { sequence, state, node }: FoundJob, { kind }: BulkAction): boolean {
  if (!allowedStates[kind].has(state)) return false;
  return kind !== "retry" || node === undefined || !lacksSlot(work, sequence);
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
      retry(work, job);
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

function retry(work: Work, { sequence, id, lane, state, node }: FoundJob): void {
  if (node !== undefined) reopen(work, id);
  work.statements.hot("inspect/retry").run(sequence);
  work.statements.hot("jobs/delete-progress").run(sequence);
  work.moved(lane, id, state, "ready");
}

function lastSequence(work: Work): number {
  const row = work.statements.named("inspect/last-sequence").get();
  return row === undefined ? 0 : readNumber(row, 0);
}
