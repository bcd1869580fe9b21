import type { ClaimReference } from "../kernel/job.ts";

/** A worker process as it introduces itself. */
export interface WorkerDescription {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly string[] | undefined;
  readonly tasks: readonly string[];
  readonly concurrency: number;
}

export interface Beat {
  readonly worker: string;
  /** The lease runs for so long from now, by the engine's clock. */
  readonly leaseMs: number;
  /** What the worker really runs. Absent: renew the lease and reconcile nothing (the lease thread does not know). */
  readonly held: Held | undefined;
}

export interface Held {
  readonly jobs: readonly ClaimReference[];
  /** Exchanges without an answer yet: what they claimed may be on its way. */
  readonly pendingExchanges: readonly number[];
  /** The number that the next exchange will have: one sent after this beat may be carried out before it. */
  readonly nextExchange: number;
}

/** Answer to a beat. `known: false`: the lease had lapsed and the jobs were given away; register again. */
export interface BeatReply {
  readonly known: boolean;
  /** Held jobs that are no longer this worker's: abort them. */
  readonly lost: readonly string[];
  /** Held jobs that someone asked to end: abort them and settle as revoked. */
  readonly revoked: readonly { readonly id: string; readonly reason: string }[];
  /**
   * Jobs that the engine had counted as this worker's although it never heard of them: they are ready again, an `early`
   * one has failed as `WORKER_LOST`.
   */
  readonly reclaimed: number;
}

/** A job taken back from a lost worker, and what became of it. */
export interface RescuedJob {
  readonly id: string;
  readonly task: string;
  readonly worker: string;
  readonly crashes: number;
  /** `failed` as `workerLost()` says: `ack: "early"`, or a third crash while it was alone in its process. */
  readonly state: "ready" | "failed" | "revoked";
}

/**
 * Where the lease thread renews from: a module of the engine whose `connectRenewal(options)` opens a connection of its
 * own on that thread.
 */
export interface RenewalSource {
  readonly module: string;
  /** Structured-cloneable. */
  readonly options: unknown;
}

/** What `RenewalSource.module` exports as `connectRenewal(options)`. */
export interface RenewalConnection {
  renew(worker: string, leaseMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Which workers live, and what they hold. */
export interface Liveness {
  register(worker: WorkerDescription, leaseMs: number): Promise<void>;
  beat(beat: Beat): Promise<BeatReply>;
  /**
   * Says good-bye: its lease ends, and jobs that are still its own become ready, counting nothing; an `early` one fails
   * as `WORKER_LOST`.
   */
  deregister(worker: string): Promise<void>;
  /**
   * Takes the jobs of workers whose lease lapsed. It does so only for a worker that has renewed its own lease without a
   * gap for one full lease: after an outage of the engine everyone has lapsed, and nobody crashed.
   */
  rescue(request: {
    readonly worker: string;
    readonly max: number;
    readonly retainMs: number;
  }): Promise<readonly RescuedJob[]>;
  /** Absent: the engine lives in this process, so a thread could not reach it. */
  readonly renewal: RenewalSource | undefined;
}
