import type { ErrorRecord } from "../../kernel/error-record.ts";
import type { NewJob, When } from "../../kernel/job.ts";

/** What a handler asked for by `ctx.retry`, `ctx.snooze`, `ctx.discard`, `ctx.release` or `ctx.replace`. */
export type Decision =
  /** `due` absent: by the task's back-off. */
  | { readonly kind: "retry"; readonly due: When | undefined; readonly cause: unknown }
  | { readonly kind: "snooze"; readonly due: When }
  | { readonly kind: "discard"; readonly reason: string }
  | { readonly kind: "release" }
  /** By these jobs, of which one fills this slot. */
  | { readonly kind: "replace"; readonly slot: number; readonly jobs: readonly NewJob[] };

/** What these throw, so that the handler ends there. It decides nothing: the decision is kept by the attempt. */
export class AttemptEnded extends Error {
  override readonly name = "AttemptEnded";

  constructor(kind: Decision["kind"]) {
    super(`The handler ended its attempt by ctx.${kind}(). Let this error pass: the decision stands either way.`);
  }
}

/** Recorded where `ctx.retry()` was called without a cause. */
export const retryRequested: ErrorRecord = {
  name: "RetryRequested",
  message: "The handler asked to be tried again by ctx.retry(), and gave no cause.",
};
