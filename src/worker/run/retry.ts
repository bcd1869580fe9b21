import { backoffDelayMs } from "../../kernel/backoff.ts";
import { parseDuration } from "../../kernel/duration.ts";
import { CapabilityMissing, InputInvalid, PermanentError } from "../../kernel/errors.ts";
import type { When } from "../../kernel/job.ts";
import type { RetrySettings } from "../../kernel/options/index.ts";

// A server that asks for more is asked again after a day rather than never.
const MAX_RETRY_AFTER_MS = 86_400_000;
// Callers that a server turns away together shall not all come back in the same second.
const RETRY_AFTER_SPREAD = 0.1;

// None of these would be better the next time.
const NEVER_RETRIED: RetrySettings["except"] = [PermanentError, InputInvalid, CapabilityMissing];

/** What decides on a retry besides the error. */
export interface RetryQuestion {
  readonly settings: RetrySettings;
  /** This failure included. */
  readonly failures: number;
  readonly nowMs: number;
  readonly random: () => number;
}

/** When a job is to be tried again after this error, or `undefined` where it is not. */
export function retryAfter(error: unknown, question: RetryQuestion): When | undefined {
  if (!hasRetriesLeft(question) || !isRetryable(error, question.settings)) return undefined;
  const askedMs = readRetryAfterMs(error, question.nowMs);
  return { afterMs: askedMs === undefined ? byBackoff(question) : spread(askedMs, question) };
}

/** When a job is to be tried again whose handler asked for it, or `undefined` where no retries are left. */
export function requestedRetry(due: When | undefined, question: RetryQuestion): When | undefined {
  if (!hasRetriesLeft(question)) return undefined;
  return due ?? { afterMs: byBackoff(question) };
}

function hasRetriesLeft({ settings, failures }: RetryQuestion): boolean {
  return failures <= settings.max;
}

function isRetryable(error: unknown, { on, except }: RetrySettings): boolean {
  if (NEVER_RETRIED.some((errorClass) => isInstance(error, errorClass))) return false;
  if (except.some((errorClass) => isInstance(error, errorClass))) return false;
  return on === undefined || on.some((errorClass) => isInstance(error, errorClass));
}

/** A thrown proxy or a class may refuse the question by throwing. Whoever refuses it is no instance: the job must come to an end. */
function isInstance(error: unknown, errorClass: RetrySettings["except"][number]): boolean {
  try {
    return error instanceof errorClass;
  } catch {
    return false;
  }
}

function byBackoff({ settings, failures, random }: RetryQuestion): number {
  return backoffDelayMs(failures, settings, random);
}

/** Never earlier than asked, and with jitter up to a tenth later. */
function spread(askedMs: number, { settings, random }: RetryQuestion): number {
  const boundedMs = Math.min(askedMs, MAX_RETRY_AFTER_MS);
  return Math.round(settings.jitter === false ? boundedMs : boundedMs * (1 + RETRY_AFTER_SPREAD * random()));
}

/**
 * Reads `error.retryAfter` as HTTP's `Retry-After` has it: seconds (a number, or digits in a string) or a date; or a
 * duration with a unit, such as `"30s"`.
 */
function readRetryAfterMs(error: unknown, nowMs: number): number | undefined {
  if (typeof error !== "object" || error === null || !("retryAfter" in error)) return undefined;
  const { retryAfter } = error;
  if (retryAfter instanceof Date) return untilMs(retryAfter.getTime(), nowMs);
  if (typeof retryAfter === "number") return secondsToMs(retryAfter);
  if (typeof retryAfter !== "string") return undefined;
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return secondsToMs(Number(retryAfter));
  return parseDuration(retryAfter) ?? untilMs(Date.parse(retryAfter), nowMs);
}

function secondsToMs(seconds: number): number | undefined {
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function untilMs(epochMs: number, nowMs: number): number | undefined {
  return Number.isFinite(epochMs) ? Math.max(0, epochMs - nowMs) : undefined;
}
