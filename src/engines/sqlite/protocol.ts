import type {
  Beat,
  BeatReply,
  ClaimInterest,
  DueRecords,
  FinishedJob,
  HealthFinding,
  JobFilter,
  JobVersion,
  ListRequest,
  MigrationReport,
  ProgressUpdate,
  QueueStatistics,
  RescuedJob,
  StoredRecord,
  WorkerDescription,
  WorkerStatistics,
} from "../../engine/index.ts";
import { type ErrorRecord, fromErrorRecord, toErrorRecord } from "../../kernel/error-record.ts";
import type { JobChange, JobRecord, JobState, Payload } from "../../kernel/job.ts";
import type { LogFields, LogLevel } from "../../kernel/logger.ts";
import type { BulkStep, BulkStepReply } from "./inspect/bulk.ts";
import type { ExchangeReplyWire, ExchangeWire } from "./jobs/exchange-wire.ts";
import type { PushReplyWire, PushWire } from "./jobs/push-wire.ts";
import type { RescueRequest } from "./liveness/rescue.ts";
import type { DueRequest, RecordListRequest } from "./records/read.ts";
import type { WriteReplyWire, WriteRequest } from "./records/write.ts";
import type { Promotion } from "./upkeep/promote.ts";
import type { Committed } from "./work.ts";

interface Operation<Request, Reply> {
  readonly request: Request;
  readonly reply: Reply;
}

/** What the main thread can ask of the engine's thread and be answered. */
export interface Operations {
  readonly push: Operation<PushWire, PushReplyWire>;
  readonly exchange: Operation<ExchangeWire, ExchangeReplyWire>;
  readonly progress: Operation<readonly ProgressUpdate[], undefined>;
  readonly register: Operation<{ readonly worker: WorkerDescription; readonly leaseMs: number }, undefined>;
  readonly beat: Operation<Beat, BeatReply>;
  readonly deregister: Operation<string, undefined>;
  readonly rescue: Operation<RescueRequest, readonly RescuedJob[]>;
  readonly promote: Operation<{ readonly max: number }, Promotion>;
  readonly expire: Operation<{ readonly max: number; readonly retainMs: number }, number>;
  readonly prune: Operation<{ readonly max: number; readonly maxFinished: number }, number>;
  readonly get: Operation<readonly string[], readonly (JobRecord | undefined)[]>;
  readonly list: Operation<ListRequest, readonly JobRecord[]>;
  readonly count: Operation<JobFilter, number>;
  readonly bulk: Operation<BulkStep, BulkStepReply>;
  readonly pause: Operation<{ readonly queue: string; readonly paused: boolean }, undefined>;
  readonly ended: Operation<{ readonly max: number; readonly forMs: number }, readonly FinishedJob[]>;
  readonly store: Operation<readonly FinishedJob[], undefined>;
  readonly drop: Operation<readonly JobVersion[], number>;
  readonly getRecords: Operation<
    { readonly kind: string; readonly ids: readonly string[] },
    readonly (StoredRecord | undefined)[]
  >;
  readonly listRecords: Operation<RecordListRequest, readonly StoredRecord[]>;
  readonly dueRecords: Operation<DueRequest, DueRecords>;
  readonly writeRecords: Operation<WriteRequest, WriteReplyWire>;
  readonly queues: Operation<undefined, readonly QueueStatistics[]>;
  readonly workers: Operation<undefined, readonly WorkerStatistics[]>;
  readonly migrate: Operation<{ readonly dryRun: boolean }, MigrationReport>;
  readonly diagnose: Operation<undefined, readonly HealthFinding[]>;
}

export type OperationName = keyof Operations;

/** One request of one operation. */
export interface Call<Name extends OperationName = OperationName> {
  readonly id: number;
  readonly name: Name;
  readonly request: Operations[Name]["request"];
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  /** Only of a call that another process has delegated, which does it itself after that: an instant of `nowMs()`. */
  readonly validUntilMs?: number;
}

/** From the main thread to the engine's. The messages of one turn of the event loop travel together. */
export type Order =
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "publish"; readonly id: number; readonly topic: string; readonly message: Payload }
  | { readonly kind: "subscribe"; readonly id: number; readonly topic: string }
  | { readonly kind: "unsubscribe"; readonly topic: string }
  | { readonly kind: "wait"; readonly waiter: number; readonly interest: ClaimInterest }
  | { readonly kind: "unwait"; readonly waiter: number }
  /** Somebody has pushed in a transaction of their own, and will commit soon. */
  | { readonly kind: "watch"; readonly committed: Committed }
  | { readonly kind: "stop" };

/** From the engine's thread to the main one. The replies of one commit travel together. */
export type Notice =
  | { readonly kind: "reply"; readonly id: number; readonly reply: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: "arrival"; readonly waiters: readonly number[] }
  | { readonly kind: "message"; readonly topic: string; readonly message: Payload }
  | LogNotice
  | { readonly kind: "started" }
  | { readonly kind: "refused"; readonly error: ErrorRecord };

/** Something that the thread noticed and nobody asked for. */
export interface LogNotice {
  readonly kind: "log";
  readonly level: LogLevel;
  readonly message: string;
  /** Structured-cloneable: an error travels as its record. */
  readonly fields: LogFields;
}

export function toLogFields({ error, ...fields }: LogFields): LogFields {
  return error === undefined ? fields : { ...fields, error: toErrorRecord(error) };
}

export function fromLogFields({ error, ...fields }: LogFields): LogFields {
  return error === undefined ? fields : { ...fields, error: fromErrorRecord(error as ErrorRecord) };
}

/** The topic of job changes: one JSON array a message, of ids and states in turn. */
export const CHANGES_TOPIC = "jobs";

export function encodeChanges(changes: readonly JobChange[]): string {
  return JSON.stringify(changes.flatMap(({ id, state }) => [id, state]));
}

export function decodeChanges(message: Payload): readonly JobChange[] {
  const values = JSON.parse(String(message)) as readonly string[];
  const changes: JobChange[] = [];
  for (let index = 0; index < values.length; index += 2)
    changes.push({ id: String(values[index]), state: values[index + 1] as JobState });
  return changes;
}
