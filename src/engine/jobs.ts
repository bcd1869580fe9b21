import type { ErrorRecord } from "../kernel/error-record.ts";
import type {
  ClaimedJob,
  ClaimReference,
  JobChange,
  NewJob,
  Outcome,
  Settlement,
  SettlementReply,
} from "../kernel/job.ts";
import type { Subscription } from "./bus.ts";

/** Jobs pushed together: all of them are stored, or none. */
export interface PushRequest {
  readonly jobs: readonly NewJob[];
  /** For each queue with a `maxDepth`: how many unfinished jobs it may hold, these included. */
  readonly maxDepth: Readonly<Record<string, number>>;
  /** The engine gives up at this instant (epoch ms of this process) instead of storing what nobody waits for. */
  readonly deadlineAt: number;
}

/** For each job of the request, in order, the job that now answers to its id or key. */
export type PushReply =
  | { readonly status: "stored"; readonly jobs: readonly PushedJob[] }
  /** `KEY_CONFLICT`, `QUEUE_FULL`, or what the store said: nothing of this request was kept. */
  | { readonly status: "refused"; readonly error: ErrorRecord };

export interface PushedJob {
  readonly id: string;
  /** `existing`: this id, or the idempotency key, was there before. */
  readonly outcome: "created" | "existing";
}

/** What a worker can take. */
export interface ClaimInterest {
  /** Absent: jobs of every queue. */
  readonly queues: readonly string[] | undefined;
  /** Only these: a task that a worker does not know waits for one that does. */
  readonly tasks: readonly string[];
}

export interface ClaimRequest extends ClaimInterest {
  /** The free slots: what is claimed is started at once, so nothing is claimed ahead. */
  readonly max: number;
  /** True when nothing runs in this process: only then may it be given a job that has crashed twice, and nothing else. */
  readonly alone: boolean;
  /**
   * How long a job can be looked at that ends because of this claim: one found past its expiry, or an `early` one whose
   * reply never reached the worker.
   */
  readonly retainMs: number;
}

/** One round trip of a worker: what has finished, and how much it can take. */
export interface ExchangeRequest {
  /** One that is not registered is given nothing: its jobs would have no lease, and nobody would rescue them. */
  readonly worker: string;
  /**
   * Numbers this worker's exchanges from 1. It is kept with each claimed job, so that jobs whose reply was lost are
   * told apart, at the next beat, from jobs whose reply is still under way.
   */
  readonly exchange: number;
  readonly settlements: readonly Settlement[];
  readonly claim: ClaimRequest | undefined;
}

export interface ExchangeReply {
  /** One for each settlement, in order. */
  readonly settled: readonly SettlementReply[];
  readonly claimed: readonly ClaimedJob[];
  /** A job that crashed twice waits for a process to itself: stop claiming until nothing runs, then claim `alone`. */
  readonly quarantined: boolean;
}

/** A progress value of a running job. */
export interface ProgressUpdate {
  readonly id: string;
  readonly fence: number;
  readonly receipt: number | string;
  readonly progress: string | Uint8Array;
}

/** What ends a claim together with the writes of its handler. */
export interface CompletionRequest {
  readonly claim: ClaimReference;
  /**
   * Is called, at most once, in an open transaction of the engine's database, with a connection of its client library.
   * It resolves with the outcome to commit, and rejects to roll back.
   */
  readonly body: (transaction: unknown) => Promise<Outcome>;
  /** The server ends a transaction that has been idle for so long, also when this process cannot tell it to. */
  readonly limitMs: number;
  /** At its abort the transaction is rolled back, unless its commit was under way. */
  readonly signal: AbortSignal;
}

/** What became of a transaction that was to end a claim: all of it, or nothing. */
export type CompletionReply =
  | SettlementReply
  /** By what `body` rejected with, or by what the server said at the commit. */
  | { readonly status: "rolledBack"; readonly cause: unknown };

/**
 * The durable jobs, at least once: what is acknowledged here survives the death of any process.
 *
 * A claim follows one order of precedence: pause, (limits, queue weight: reserved), priority (9 first, but one claim in
 * 20 takes the oldest, so nothing starves), push order. It never visits a job that it may not take: its cost does not
 * grow with jobs that are scheduled, paused, of unknown tasks, or quarantined. A job past its expiry is revoked instead
 * of being claimed.
 *
 * Jobs of a workflow are pushed together. Whenever one ends, by whatever transition, its links are followed in the same
 * step: a slot is filled once, the job whose last one it was becomes ready (or scheduled), and a job whose slot can no
 * longer be filled ends as well, and its links are followed in turn (`linkEffect`). A link to a job that does not wait, or
 * into a slot that is filled, changes nothing.
 */
export interface Jobs {
  /** Stores each request wholly or not at all; a refused one does not touch its neighbours. */
  push(requests: readonly PushRequest[]): Promise<readonly PushReply[]>;
  /**
   * Pushes inside the caller's open transaction: visible when it commits, gone when it rolls back.
   * @throws TransactionUnsupported (`TRANSACTION_UNSUPPORTED`)
   */
  pushWithin(transaction: unknown, request: PushRequest): Promise<PushReply>;
  /** Settles and claims in one round trip: the hot path. */
  exchange(request: ExchangeRequest): Promise<ExchangeReply>;
  /**
   * Settles within a transaction of the handler's own writes, so that these happen exactly once. `stale`, without a call
   * of `body`, where the claim has ended; while the transaction is open, nobody else can end it. Absent: the engine cannot.
   */
  complete?(request: CompletionRequest): Promise<CompletionReply>;
  /** Keeps the latest progress of jobs, from one attempt to the next; an update whose claim has ended is dropped. */
  progress(updates: readonly ProgressUpdate[]): Promise<void>;
  /**
   * Resolves at a hint that a job of this interest may have become ready, or when `signal` aborts. Only a hint: it may
   * come too often and may be lost, so a poll stands behind it. No more waiters are woken than there are jobs.
   */
  arrival(interest: ClaimInterest, signal: AbortSignal): Promise<void>;
  /** Hears, at most once and as hints, which jobs of any process changed. Resolves when it is in effect everywhere. */
  changes(listener: (changes: readonly JobChange[]) => void): Promise<Subscription>;
}
