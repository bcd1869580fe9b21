/** What an error may carry besides its message. */
export interface ErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Facts for programs: the job's id, the path of an offending value, a limit. JSON data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The base of every error that Lovage throws. Branch on `code`, which is stable; the message is for people and says
 * what happened, where, and what to do.
 *
 * @example
 * try { await task.delay(input); } catch (error) {
 *   if (error instanceof LovageError && error.code === "QUEUE_FULL") return response(503);
 *   throw error;
 * }
 */
export class LovageError extends Error {
  readonly code: string = "LOVAGE";
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }
}

// What is wrong with a definition, an option or a call: the caller's to mend.

/** Options that do not fit; `details.mistakes` lists all of them. */
export class OptionsInvalid extends LovageError {
  override readonly name = "OptionsInvalid";
  override readonly code = "OPTIONS_INVALID";
}
/** A name (task, queue, namespace) that is empty, too long, or holds control characters. */
export class NameInvalid extends LovageError {
  override readonly name = "NameInvalid";
  override readonly code = "NAME_INVALID";
}
/** One app was given two tasks of the same name; the message names both places. */
export class TaskDuplicate extends LovageError {
  override readonly name = "TaskDuplicate";
  override readonly code = "TASK_DUPLICATE";
}
/** A task that this app does not know. */
export class TaskUnknown extends LovageError {
  override readonly name = "TaskUnknown";
  override readonly code = "TASK_UNKNOWN";
}
/** A schedule of this name is there already: in the engine, or twice in one app's code. */
export class ScheduleExists extends LovageError {
  override readonly name = "ScheduleExists";
  override readonly code = "SCHEDULE_EXISTS";
}
/** No schedule has this name: it never existed, was removed, or had its last occurrence a week ago. */
export class ScheduleNotFound extends LovageError {
  override readonly name = "ScheduleNotFound";
  override readonly code = "SCHEDULE_NOT_FOUND";
}
/** A value that is not plain JSON data; `details.path` says where. */
export class NotJson extends LovageError {
  override readonly name = "NotJson";
  override readonly code = "NOT_JSON";
}
/** An input or result over its size limit; `details.bytes` and `details.limitBytes`. */
export class TooLarge extends LovageError {
  override readonly name = "TooLarge";
  override readonly code = "TOO_LARGE";
}
/** An input that its task's schema refuses; `details.issues` lists path and message. Never retried. */
export class InputInvalid extends LovageError {
  override readonly name = "InputInvalid";
  override readonly code = "INPUT_INVALID";
}
/** The idempotency key was used before with another input; `details.jobId` is the job that holds it. */
export class KeyConflict extends LovageError {
  override readonly name = "KeyConflict";
  override readonly code = "KEY_CONFLICT";
}
/** The id of a pushed job puts it into another partition of the store than its key, or than a job that it has a link to. */
export class IdMisplaced extends LovageError {
  override readonly name = "IdMisplaced";
  override readonly code = "ID_MISPLACED";
}
/** The queue is at its `maxDepth`; nothing was pushed. */
export class QueueFull extends LovageError {
  override readonly name = "QueueFull";
  override readonly code = "QUEUE_FULL";
}
/** `tx` is not an open transaction that this engine can push into. */
export class TransactionUnsupported extends LovageError {
  override readonly name = "TransactionUnsupported";
  override readonly code = "TRANSACTION_UNSUPPORTED";
}
/** `ctx.transaction()` was called a second time in one attempt, or after the attempt had ended. Nothing of it was done. */
export class TransactionRepeated extends LovageError {
  override readonly name = "TransactionRepeated";
  override readonly code = "TRANSACTION_REPEATED";
}
/** The engine lacks what was asked of it. */
export class CapabilityMissing extends LovageError {
  override readonly name = "CapabilityMissing";
  override readonly code = "CAPABILITY_MISSING";
}
/** The package runs under a Node that is older than it supports. */
export class NodeTooOld extends LovageError {
  override readonly name = "NodeTooOld";
  override readonly code = "NODE_TOO_OLD";
}
/** A module given to `lovage` could not be loaded, or holds no app. */
export class ModuleInvalid extends LovageError {
  override readonly name = "ModuleInvalid";
  override readonly code = "MODULE_INVALID";
}

// What became of a job.

/** No job has this id: it never existed, was removed, or its retention ended. */
export class JobNotFound extends LovageError {
  override readonly name = "JobNotFound";
  override readonly code = "JOB_NOT_FOUND";
}
/**
 * The job failed for good. `cause` is the last attempt's error, with its name, message and stack; `details.attempts`. Of a
 * job that failed because another did, which it waited for, `details.upstream` is the id of that one, and `cause` its error.
 */
export class JobFailed extends LovageError {
  override readonly name = "JobFailed";
  override readonly code = "JOB_FAILED";
}
/** The job ended without being done: revoked by a caller, expired, or discarded by its handler. */
export class JobRevoked extends LovageError {
  override readonly name = "JobRevoked";
  override readonly code = "JOB_REVOKED";
}
/** The job's state does not allow this operation. */
export class StateConflict extends LovageError {
  override readonly name = "StateConflict";
  override readonly code = "STATE_CONFLICT";
}
/** `get({ timeout })` ran out; the job itself goes on. */
export class ResultTimeout extends LovageError {
  override readonly name = "ResultTimeout";
  override readonly code = "RESULT_TIMEOUT";
}

// What happens to an attempt.

/** Throw it, or a subclass, to fail a job at once: it is never retried. */
export class PermanentError extends LovageError {
  override readonly name: string = "PermanentError";
  override readonly code: string = "PERMANENT";
}
/** The reason of `ctx.signal` when an attempt reaches its soft time limit. */
export class SoftTimeLimitExceeded extends LovageError {
  override readonly name = "SoftTimeLimitExceeded";
  override readonly code = "SOFT_TIME_LIMIT";
}
/** The attempt reached its hard time limit and was given up. */
export class TimeLimitExceeded extends LovageError {
  override readonly name = "TimeLimitExceeded";
  override readonly code = "TIME_LIMIT";
}
/** The worker that ran the job died, and the job may not run again. */
export class WorkerLost extends LovageError {
  override readonly name = "WorkerLost";
  override readonly code = "WORKER_LOST";
}
/** The reason of `ctx.signal` when the job was given to another worker, because this one's lease had lapsed. */
export class LeaseLost extends LovageError {
  override readonly name = "LeaseLost";
  override readonly code = "LEASE_LOST";
}
/** The reason of `ctx.signal` when the worker stops before the handler is done. */
export class WorkerStopped extends LovageError {
  override readonly name = "WorkerStopped";
  override readonly code = "WORKER_STOPPED";
}

// What is wrong with the engine.

/** The URL names no engine, or one whose client library is not installed. */
export class EngineUnknown extends LovageError {
  override readonly name = "EngineUnknown";
  override readonly code = "ENGINE_UNKNOWN";
}
/** The engine cannot be reached, or failed; the operation may be repeated. */
export class EngineUnavailable extends LovageError {
  override readonly name = "EngineUnavailable";
  override readonly code = "ENGINE_UNAVAILABLE";
}
/** The operation did not end within its deadline. It may still take effect; pushing the same id again is safe. */
export class EngineTimeout extends LovageError {
  override readonly name = "EngineTimeout";
  override readonly code = "ENGINE_TIMEOUT";
}
/** The app or engine was closed. */
export class EngineClosed extends LovageError {
  override readonly name = "EngineClosed";
  override readonly code = "ENGINE_CLOSED";
}
/** The store is out of room: nothing of the operation was kept. */
export class StorageFull extends LovageError {
  override readonly name = "StorageFull";
  override readonly code = "STORAGE_FULL";
}
/** The store is damaged, not a store of this kind, read-only, or was deleted under the process. */
export class StorageInvalid extends LovageError {
  override readonly name = "StorageInvalid";
  override readonly code = "STORAGE_INVALID";
}
/** The store was migrated by a newer Lovage that this one cannot work beside. */
export class SchemaTooNew extends LovageError {
  override readonly name = "SchemaTooNew";
  override readonly code = "SCHEMA_TOO_NEW";
}

type LovageErrorClass = new (message: string, options?: ErrorOptions) => LovageError;

const classes: readonly LovageErrorClass[] = [
  OptionsInvalid,
  NameInvalid,
  TaskDuplicate,
  TaskUnknown,
  ScheduleExists,
  ScheduleNotFound,
  NotJson,
  TooLarge,
  InputInvalid,
  KeyConflict,
  IdMisplaced,
  QueueFull,
  TransactionUnsupported,
  TransactionRepeated,
  CapabilityMissing,
  NodeTooOld,
  ModuleInvalid,
  JobNotFound,
  JobFailed,
  JobRevoked,
  StateConflict,
  ResultTimeout,
  PermanentError,
  SoftTimeLimitExceeded,
  TimeLimitExceeded,
  WorkerLost,
  LeaseLost,
  WorkerStopped,
  EngineUnknown,
  EngineUnavailable,
  EngineTimeout,
  EngineClosed,
  StorageFull,
  StorageInvalid,
  SchemaTooNew,
];

/** Every error class by its stable code. A retired code is never used again. */
export const errorCatalogue: ReadonlyMap<string, LovageErrorClass> = new Map(
  classes.map((errorClass) => [new errorClass("").code, errorClass]),
);
