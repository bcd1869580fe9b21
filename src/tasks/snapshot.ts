import { type ErrorRecord, fromErrorRecord } from "../kernel/error-record.ts";
import { JobFailed, JobRevoked, StorageInvalid } from "../kernel/errors.ts";
import type { JobRecord, RevokedBy } from "../kernel/job.ts";
import { decodeJson } from "../kernel/json.ts";
import { upstreamOf } from "./retry-refusal.ts";

interface SnapshotFacts {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** Of two snapshots of a job, the higher is the later. */
  readonly version: number;
  /** The running attempt, or the one that comes next; of a finished job, the last. */
  readonly attempt: number;
  /** The latest value of `ctx.progress()`. */
  readonly progress: unknown;
  readonly createdAt: Date;
}

interface LastFailure {
  /** Why the last attempt that failed did so; `undefined` where none has. */
  readonly error: Error | undefined;
}

/** A job as it stands, by its state. */
export type JobSnapshot<Output> = SnapshotFacts &
  (
    | ({ readonly state: "waiting" | "ready" } & LastFailure)
    | ({ readonly state: "scheduled"; readonly dueAt: Date } & LastFailure)
    | ({ readonly state: "active"; readonly startedAt: Date; readonly worker: string } & LastFailure)
    | { readonly state: "succeeded"; readonly finishedAt: Date; readonly result: Output }
    | { readonly state: "failed"; readonly finishedAt: Date; readonly error: JobFailed }
    | { readonly state: "revoked"; readonly finishedAt: Date; readonly by: RevokedBy; readonly reason: string }
  );

/** The types of a result are the task's promise; the text was encoded from a value of that type. */
export function toSnapshot<Output>(record: JobRecord): JobSnapshot<Output> {
  const facts: SnapshotFacts = {
    id: record.id,
    task: record.task,
    queue: record.queue,
    version: record.version,
    attempt: attemptOf(record),
    progress: decode(record, "progress"),
    createdAt: new Date(record.createdAt),
  };
  const finishedAt = new Date(record.finishedAt ?? record.createdAt);
  const error = optionalError(record.error);
  switch (record.state) {
    case "waiting":
    case "ready":
      return { ...facts, state: record.state, error };
    case "scheduled":
      return { ...facts, state: "scheduled", dueAt: new Date(record.dueAt ?? record.createdAt), error };
    case "active":
      return {
        ...facts,
        state: "active",
        startedAt: new Date(record.startedAt ?? record.createdAt),
        worker: record.worker ?? "",
        error,
      };
    case "succeeded":
      return { ...facts, state: "succeeded", finishedAt, result: decode(record, "result") as Output };
    case "failed":
      return { ...facts, state: "failed", finishedAt, error: failureOf(record) };
    case "revoked":
      return { ...facts, state: "revoked", finishedAt, ...revocationOf(record) };
  }
}

/** The error with which `get()` rejects for a revoked job. */
export function revokedError(record: Pick<JobRecord, "id" | "task" | "revocation" | "upstream">): JobRevoked {
  const { by, reason } = revocationOf(record);
  const upstream = upstreamOf(record);
  return new JobRevoked(
    `Job ${record.id} of task "${record.task}" was ended without being done (by ${by}): ${reason}`,
    {
      details: { id: record.id, task: record.task, by, reason, ...(upstream === undefined ? {} : { upstream }) },
    },
  );
}

function attemptOf(record: JobRecord): number {
  // Of a failed job the last failure was its last attempt; in every other state one attempt more runs, ran or will run.
  return record.state === "failed" ? Math.max(1, record.failures) : record.failures + 1;
}

function failureOf(record: JobRecord): JobFailed {
  const original: ErrorRecord = record.error ?? { name: "Error", message: "no error was recorded" };
  const { id, task, upstream, startedAt } = record;
  // One that ended because of another has run only if it was replaced, and then not failed itself.
  const attempts = upstream !== undefined && startedAt === undefined ? 0 : attemptOf(record);
  const how =
    upstream === undefined
      ? `after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`}`
      : `because job ${upstream}, which it waited for, did`;
  return new JobFailed(`Job ${id} of task "${task}" failed ${how}: ${original.name}: ${original.message}`, {
    cause: fromErrorRecord(original),
    details: { id, task, attempts, ...(upstream === undefined ? {} : { upstream }), original },
  });
}

function revocationOf(record: Pick<JobRecord, "revocation">): { by: RevokedBy; reason: string } {
  return record.revocation ?? { by: "caller", reason: "no reason was given" };
}

function optionalError(record: ErrorRecord | undefined): Error | undefined {
  return record === undefined ? undefined : fromErrorRecord(record);
}

/** @throws StorageInvalid (`STORAGE_INVALID`) where the store gives back what was never stored. */
function decode(record: JobRecord, member: "progress" | "result"): unknown {
  try {
    return decodeJson(record[member]);
  } catch (cause) {
    throw new StorageInvalid(
      `The stored ${member} of job ${record.id} is not JSON: something else than Lovage wrote to the store.`,
      { cause, details: { id: record.id } },
    );
  }
}
