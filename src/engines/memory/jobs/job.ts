import { CRASHES_BEFORE_QUARANTINE } from "../../../engine/endings.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type {
  ClaimedJob,
  FilledSlot,
  JobRecord,
  JobState,
  NewJob,
  Outcome,
  Payload,
  Revocation,
  When,
  WorkflowNode,
} from "../../../kernel/job.ts";

/** A job as it stands in memory. What indexes depend on is written by `JobTable.change` alone. */
export interface StoredJob {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly input: Payload | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly ack: "late" | "early";
  readonly key: string | undefined;
  readonly createdAt: number;
  node: WorkflowNode | undefined;
  /** Of a job with slots: for how long it is delayed once these are filled. */
  delay: When | undefined;
  /** Place in the order of pushes; kept through retries and releases. */
  readonly sequence: number;
  state: JobState;
  version: number;
  failures: number;
  crashes: number;
  fence: number;
  dueAt: number | undefined;
  expiresAt: number | undefined;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  /** When a finished job may go. */
  pruneAt: number;
  worker: string | undefined;
  exchange: number;
  /** What the claim said about jobs that end because of it. */
  claimRetainMs: number;
  progress: Payload | undefined;
  result: Payload | undefined;
  error: ErrorRecord | undefined;
  revocation: (Revocation & { readonly retainMs: number }) | undefined;
  filled: readonly FilledSlot[];
  /** How many slots are still to be filled. */
  awaited: number;
  upstream: string | undefined;
  /** Of one that ended because of another: how many of its slots can no longer be filled. */
  broken: number;
  /** The last settlement that was applied, to know its repeat. */
  settled: { readonly fence: number; readonly kind: Outcome["kind"]; readonly state: JobState } | undefined;
}

export function isQuarantined(job: StoredJob): boolean {
  return job.crashes >= CRASHES_BEFORE_QUARANTINE;
}

export function instantOf(when: When, now: number): number {
  return "at" in when ? when.at : now + when.afterMs;
}

export function createJob(job: NewJob, sequence: number, now: number): StoredJob {
  const awaited = job.node?.slots ?? 0;
  const dueAt = job.due === undefined || awaited > 0 ? undefined : instantOf(job.due, now);
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    priority: job.priority,
    input: copyPayload(job.input),
    headers: job.headers === undefined ? undefined : { ...job.headers },
    ack: job.ack,
    key: job.key?.key,
    node: job.node,
    delay: awaited > 0 ? job.due : undefined,
    filled: [],
    awaited,
    upstream: undefined,
    broken: 0,
    createdAt: now,
    sequence,
    state: awaited > 0 ? "waiting" : stateWhenDue(dueAt, now),
    version: 1,
    failures: 0,
    crashes: 0,
    fence: 0,
    dueAt,
    expiresAt: job.expires === undefined ? undefined : instantOf(job.expires, now),
    startedAt: undefined,
    finishedAt: undefined,
    pruneAt: Number.POSITIVE_INFINITY,
    worker: undefined,
    exchange: 0,
    claimRetainMs: 0,
    progress: undefined,
    result: undefined,
    error: undefined,
    revocation: undefined,
    settled: undefined,
  };
}

/** Of a job that waits for nothing but its time. */
export function stateWhenDue(dueAt: number | undefined, now: number): "scheduled" | "ready" {
  return dueAt !== undefined && dueAt > now ? "scheduled" : "ready";
}

/** A finished job of another engine, as it is kept here. */
export function adoptJob(record: JobRecord, retainMs: number, sequence: number): StoredJob {
  const { finishedAt = 0, revocation } = record;
  return {
    ...record,
    input: copyPayload(record.input),
    progress: copyPayload(record.progress),
    result: copyPayload(record.result),
    sequence,
    pruneAt: finishedAt + retainMs,
    exchange: 0,
    claimRetainMs: 0,
    revocation: revocation === undefined ? undefined : { ...revocation, retainMs },
    node: record.node,
    upstream: record.upstream,
    delay: undefined,
    filled: [],
    awaited: 0,
    broken: 0,
    settled: undefined,
  };
}

export function toClaimed(job: StoredJob): ClaimedJob {
  const { id, task, queue, priority, headers, ack, failures, crashes, fence, sequence, createdAt, node } = job;
  return {
    ...{ id, task, queue, priority, headers, ack, failures, crashes, fence, createdAt },
    receipt: sequence,
    input: copyPayload(job.input),
    ...(node === undefined ? {} : { node, filled: job.filled.toSorted((one, other) => one.slot - other.slot) }),
  };
}

export function toRecord(job: StoredJob): JobRecord {
  const { id, task, queue, state, version, priority, headers, ack, key, failures, crashes, fence, revocation } = job;
  const { createdAt, dueAt, expiresAt, startedAt, finishedAt, worker, error, node, upstream } = job;
  return {
    ...{ id, task, queue, state, version, priority, headers, ack, key, failures, crashes, fence },
    ...{ createdAt, dueAt, expiresAt, startedAt, finishedAt, worker, error, node, upstream },
    input: copyPayload(job.input),
    progress: copyPayload(job.progress),
    result: copyPayload(job.result),
    revocation: revocation === undefined ? undefined : { by: revocation.by, reason: revocation.reason },
  };
}

/** Bytes are copied on the way in and out, as any other engine does: later writes of the caller change nothing. */
export function copyPayload<Value extends Payload | undefined>(payload: Value): Value | Uint8Array {
  return payload instanceof Uint8Array ? new Uint8Array(payload) : payload;
}
