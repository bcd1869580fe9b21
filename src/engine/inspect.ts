import type { JobRecord, JobState } from "../kernel/job.ts";

/** Which jobs: all that fit every given part. An empty filter means every job of the namespace. */
export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly tasks?: readonly string[];
  readonly queues?: readonly string[];
  /** Jobs of one workflow. Its cost is that of these jobs, also where no other part narrows it. */
  readonly workflow?: string;
}

/** Jobs by their ids, or by what they are. */
export type JobSelection = { readonly ids: readonly string[] } | { readonly filter: JobFilter };

/** Newest first, by id. `cursor` is the last id of the page before. */
export interface ListRequest {
  readonly filter: JobFilter;
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** How many jobs an operation changed (or, as a dry run, would change), and which of the named ids it could not. */
export interface BulkReply {
  readonly changed: number;
  readonly skipped: readonly { readonly id: string; readonly reason: "not-found" | "wrong-state" }[];
}

export interface BulkRequest {
  readonly selection: JobSelection;
  readonly dryRun: boolean;
}

/** How many jobs of a queue are in each live state; `oldestReadyAt` tells how far behind it is. */
export interface QueueStatistics {
  readonly queue: string;
  readonly paused: boolean;
  readonly scheduled: number;
  readonly ready: number;
  readonly active: number;
  readonly waiting: number;
  readonly oldestReadyAt: number | undefined;
}

export interface WorkerStatistics {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly string[] | undefined;
  readonly tasks: readonly string[];
  readonly concurrency: number;
  readonly startedAt: number;
  readonly leaseUntil: number;
  readonly active: number;
}

/** Looking at jobs and steering them from outside. */
export interface Inspect {
  /** In the order of the ids; `undefined` for one that is not there. */
  get(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]>;
  list(request: ListRequest): Promise<readonly JobRecord[]>;
  count(filter: JobFilter): Promise<number>;
  /** Ends unfinished jobs as `revoked`; an active one is asked to stop, which its worker hears at its next beat at the latest. */
  revoke(request: BulkRequest & { readonly reason: string; readonly retainMs: number }): Promise<BulkReply>;
  /**
   * Makes failed or revoked jobs ready again, their failures and crashes forgotten. Jobs that ended because one of these
   * did wait for it again; such a job cannot be retried itself (`wrong-state`), since what it waited for is still missing.
   */
  retry(request: BulkRequest): Promise<BulkReply>;
  /** Removes jobs that are not active; for those who wait for one, it was revoked. */
  remove(request: BulkRequest): Promise<BulkReply>;
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
  /** Removes every job of a queue that is ready or scheduled. */
  purge(request: { readonly queue: string; readonly dryRun: boolean }): Promise<{ readonly removed: number }>;
  queues(): Promise<readonly QueueStatistics[]>;
  workers(): Promise<readonly WorkerStatistics[]>;
}
