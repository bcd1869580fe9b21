import type { ErrorRecord } from "./error-record.ts";

/** Encoded data as an engine keeps it: JSON text, or bytes where a codec made them. An engine never looks inside. */
export type Payload = string | Uint8Array;

/** When something is due, for the engine's clock to decide: so long from now, or at an instant (UTC epoch ms). */
export type When = { readonly afterMs: number } | { readonly at: number };

/** After which ends of a job its outcome fills the slot; `failure`: it failed, or was revoked. */
export type LinkCondition = "success" | "failure" | "end";

/** Carries the outcome of a job to another, which waits for it. */
export interface Link {
  /** The id of the job that waits. */
  readonly to: string;
  /** Which of its slots. */
  readonly slot: number;
  readonly on: LinkCondition;
}

/** A job's place in a workflow. */
export interface WorkflowNode {
  /** The id of the workflow: that of the job whose end is the workflow's end. */
  readonly workflow: string;
  /** So many slots, numbered from 0, must be filled before the job can run: until then it is `waiting`. */
  readonly slots: number;
  /** Who waits for the job's end: followed once, inside the transition that ends it, whatever that is. */
  readonly links: readonly Link[];
}

/** How a job ended, as those hear it who waited for it. */
export type Ending =
  | { readonly state: "succeeded"; readonly result: Payload | undefined }
  | { readonly state: "failed"; readonly error: ErrorRecord }
  | { readonly state: "revoked"; readonly revocation: Revocation };

/** A slot with what fills it. */
export interface FilledSlot {
  readonly slot: number;
  /** The job that ended so. */
  readonly from: string;
  readonly ending: Ending;
}

/** What a caller hands to an engine: one call of a task. */
export interface NewJob {
  /**
   * A UUIDv7 made by the caller: pushing an id that is already there changes nothing. `newIdOfKey` makes that of a job with
   * a key, `newIdBeside` those of jobs with links to each other: a store in partitions refuses others.
   */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** 0 to 9, 9 first. */
  readonly priority: number;
  readonly input: Payload | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Absent: ready at once. */
  readonly due: When | undefined;
  /** A job that has not been claimed by then is revoked instead. */
  readonly expires: When | undefined;
  /** `early`: settled at the claim, so a job whose worker is lost is never run again. */
  readonly ack: "late" | "early";
  readonly key: IdempotencyKey | undefined;
  /**
   * Of a job that is part of a workflow. Where it has slots, `due.afterMs` counts from the moment in which the last one
   * is filled, and it expires while it waits as well.
   */
  readonly node?: WorkflowNode | undefined;
}

/** For `ttlMs` from the push, and at least as long as the job lives, the same key of the same task names the same job. */
export interface IdempotencyKey {
  readonly key: string;
  /** Of the input: the same key with another input is a conflict. */
  readonly inputHash: string;
  readonly ttlMs: number;
}

/** A job that a worker has taken, and must settle. */
export interface ClaimedJob {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly input: Payload | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly ack: "late" | "early";
  /** Attempts that ended in an error so far. */
  readonly failures: number;
  /** Times that its worker was lost while it ran. */
  readonly crashes: number;
  /** Raised by every claim; a settlement with an older one is refused. */
  readonly fence: number;
  /** The engine's own handle of this claim (a row, a delivery tag), handed back with the settlement. */
  readonly receipt: number | string;
  readonly createdAt: number;
  readonly node?: WorkflowNode | undefined;
  /** Of a job with slots: what fills them, by slot. */
  readonly filled?: readonly FilledSlot[] | undefined;
}

/** Names one claim of one job. */
export interface ClaimReference {
  readonly id: string;
  readonly fence: number;
  readonly receipt: number | string;
}

/** How an attempt ended. `retainMs` says how long the finished job can be looked at. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly result: Payload | undefined; readonly retainMs: number }
  | { readonly kind: "failed"; readonly error: ErrorRecord; readonly retainMs: number }
  | { readonly kind: "revoked"; readonly by: RevokedBy; readonly reason: string; readonly retainMs: number }
  /** Back to `scheduled`, also where it is due at once, with one failure more. */
  | { readonly kind: "retried"; readonly error: ErrorRecord; readonly due: When }
  /** Back to `scheduled`, counting nothing. */
  | { readonly kind: "snoozed"; readonly due: When }
  /** Back to `ready`, counting nothing. */
  | { readonly kind: "released" }
  /**
   * To `waiting`, for a slot more, which one of the jobs fills that are pushed as effects: none is where this gives way to
   * a revocation. A job of no workflow becomes one by itself: `{ workflow: id, slots: 0, links: [] }`.
   */
  | { readonly kind: "replaced"; readonly slot: number };

/** What commits together with a settlement, or not at all. */
export type Effect = { readonly kind: "push"; readonly job: NewJob };

/** The end of one claim. */
export interface Settlement extends ClaimReference {
  readonly outcome: Outcome;
  readonly effects: readonly Effect[];
}

/**
 * What became of a settlement. Repeating one that was applied is answered `applied` again.
 * `stale`: the claim is no longer the caller's. `refused`: this one item cannot be stored, the rest of its batch was.
 */
export type SettlementReply =
  | { readonly status: "applied"; readonly state: JobState }
  | { readonly status: "stale" }
  | { readonly status: "refused"; readonly error: ErrorRecord };

/** `waiting`: a workflow's job whose inputs are not complete. */
export type JobState = LiveState | FinishedState;
/** A job in one of these states can still run. */
export type LiveState = "scheduled" | "ready" | "active" | "waiting";
/** A job in one of these states has ended. */
export type FinishedState = "succeeded" | "failed" | "revoked";

/**
 * Who ended a job without its being done: a caller, its expiry, its own handler by `ctx.discard()`, or its workflow, in
 * which it was there for a failure that did not happen.
 */
export type RevokedBy = "caller" | "expiry" | "handler" | "workflow";

/** A job as it stands, for those who look at it. Instants are UTC epoch milliseconds of the engine's clock. */
export interface JobRecord {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: JobState;
  /** Raised by every change of state and by progress: of two snapshots, the higher is the later. */
  readonly version: number;
  readonly priority: number;
  readonly input: Payload | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly ack: "late" | "early";
  readonly key: string | undefined;
  readonly failures: number;
  readonly crashes: number;
  readonly fence: number;
  readonly createdAt: number;
  readonly dueAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** Of the last attempt. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** The worker of the last attempt. */
  readonly worker: string | undefined;
  readonly progress: Payload | undefined;
  readonly result: Payload | undefined;
  /** Of the last failed attempt. */
  readonly error: ErrorRecord | undefined;
  readonly revocation: Revocation | undefined;
  readonly node?: WorkflowNode | undefined;
  /** The job whose end was also the end of this one, which had waited for it: as it ended, so did this. */
  readonly upstream?: string | undefined;
}

/** Asked for, while the job is active; carried out, once its state is `revoked`. */
export interface Revocation {
  readonly by: RevokedBy;
  readonly reason: string;
}

/** Names what happened to a job, for those who watch it. */
export interface JobChange {
  readonly id: string;
  readonly state: JobState;
  /** The job as it was after the change, where the engine sends it along: who waits for the job need not read it. */
  readonly record?: JobRecord;
}

/** The names that tasks, queues and keys may have: 1 to 200 characters, no control characters, no lone surrogates. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && /^[^\p{Cc}\p{Cs}]{1,200}$/u.test(value);
}
