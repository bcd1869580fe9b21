import type { ErrorRecord } from "../../kernel/error-record.ts";
import { SoftTimeLimitExceeded } from "../../kernel/errors.ts";
import type { NewJob, Outcome, Payload, When } from "../../kernel/job.ts";
import { encodeJson } from "../../kernel/json.ts";
import type { Attempt } from "./attempt.ts";
import { type Decision, retryRequested } from "./decision.ts";
import { toFailureRecord } from "./failure-record.ts";
import { InputTooNew } from "./input.ts";
import { type RetryQuestion, requestedRetry, retryAfter } from "./retry.ts";

// Long enough not to spin while a deployment goes on, short enough not to be noticed after it.
const NEWER_CODE_WAIT: When = { afterMs: 10_000 };

/** How a handler came to its end. */
export type HandlerEnding =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** What becomes of the job; `failure` where the attempt counts as failed. */
export interface Verdict {
  readonly outcome: Outcome;
  /** What is pushed with it. */
  readonly jobs: readonly NewJob[];
  readonly failure: { readonly error: unknown; readonly record: ErrorRecord } | undefined;
}

/** What a verdict needs besides the attempt. */
export interface Court {
  readonly nowMs: number;
  readonly resultLimitBytes: number;
  readonly random: () => number;
}

/** Decides what becomes of the job. A decision of the handler comes first, then a caller's wish that it end. */
export function judge(attempt: Attempt, ending: HandlerEnding, court: Court): Verdict {
  if (attempt.decision !== undefined) return byDecision(attempt, attempt.decision, court);
  if (ending.kind === "returned") return byResult(attempt, ending.value, court);
  if (attempt.revocation !== undefined) return revoked(attempt, "caller", attempt.revocation);
  if (attempt.finalError !== undefined && attempt.finalError === ending.error)
    return byFinalError(attempt, ending.error);
  if (ending.error instanceof InputTooNew) return plain({ kind: "snoozed", due: NEWER_CODE_WAIT });
  return byError(attempt, reasonOf(attempt, ending.error), court);
}

/** The attempt failed by this error: tried again where the task allows it. */
export function byError(attempt: Attempt, error: unknown, court: Court): Verdict {
  return failed(attempt, error, toFailureRecord(error), retryAfter(error, question(attempt, court)));
}

/** The attempt failed by this error, and trying again would not help. */
export function byFinalError(attempt: Attempt, error: unknown): Verdict {
  return failed(attempt, error, toFailureRecord(error), undefined);
}

export function revoked(attempt: Attempt, by: "caller" | "handler", reason: string): Verdict {
  return plain({ kind: "revoked", by, reason, retainMs: attempt.task.settings.retention.revokedMs });
}

/** @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`) where the value cannot be kept. */
export function success(attempt: Attempt, value: unknown, limitBytes: number): Outcome {
  const { settings } = attempt.task;
  // Who waits for this job needs what it returned, also where nobody else does.
  const isAwaited = (attempt.job.node?.links.length ?? 0) > 0;
  const result = settings.keepResult || isAwaited ? encodeResult(attempt, value, limitBytes) : undefined;
  return { kind: "succeeded", result, retainMs: settings.retention.succeededMs };
}

function byDecision(attempt: Attempt, decision: Decision, court: Court): Verdict {
  switch (decision.kind) {
    case "snooze":
      return plain({ kind: "snoozed", due: decision.due });
    case "release":
      return plain({ kind: "released" });
    case "discard":
      return revoked(attempt, "handler", decision.reason);
    case "replace":
      return { ...plain({ kind: "replaced", slot: decision.slot }), jobs: decision.jobs };
    case "retry": {
      const record = decision.cause === undefined ? retryRequested : toFailureRecord(decision.cause);
      const due = requestedRetry(decision.due, question(attempt, court));
      return failed(attempt, decision.cause ?? new Error(retryRequested.message), record, due);
    }
  }
}

function byResult(attempt: Attempt, value: unknown, court: Court): Verdict {
  try {
    return plain(success(attempt, value, court.resultLimitBytes));
  } catch (error) {
    // Running it again would make the same result, and do the work twice.
    return byFinalError(attempt, error);
  }
}

function encodeResult({ task }: Attempt, value: unknown, limitBytes: number): Payload | undefined {
  return encodeJson(value, { what: `The result of task "${task.name}"`, limitBytes });
}

function question({ job, task }: Attempt, court: Court): RetryQuestion {
  return {
    settings: task.settings.retry,
    failures: job.failures + 1,
    nowMs: court.nowMs,
    random: court.random,
  };
}

/** What an aborted operation throws says less than why it was aborted. */
function reasonOf({ abortReason }: Attempt, error: unknown): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  return isAbort && abortReason instanceof SoftTimeLimitExceeded ? abortReason : error;
}

function failed(attempt: Attempt, error: unknown, record: ErrorRecord, due: When | undefined): Verdict {
  const { retention } = attempt.task.settings;
  return {
    outcome:
      due === undefined
        ? { kind: "failed", error: record, retainMs: retention.failedMs }
        : { kind: "retried", error: record, due },
    jobs: [],
    failure: { error, record },
  };
}

function plain(outcome: Outcome): Verdict {
  return { outcome, jobs: [], failure: undefined };
}
