import { EXPIRY, REMOVED, SKIPPED, workerLost } from "../../../engine/index.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { Revocation } from "../../../kernel/job.ts";

/** Of a lost worker only the reason is stored: why a job failed, of whose worker, and otherwise with what error. */
export function readError(
  lost: string | undefined,
  worker: string,
  error: string | undefined,
): ErrorRecord | undefined {
  if (lost === "early" || lost === "crashes") return workerLost(worker, lost);
  return error === undefined ? undefined : JSON.parse(error);
}

/** Who revoked a job, as it is stored. A reason that is always the same is not. */
export function readRevocation(by: string | undefined, reason: string): Revocation | undefined {
  switch (by) {
    case "expiry":
      return EXPIRY;
    case "workflow":
      return SKIPPED;
    case "removal":
      return REMOVED;
    case "caller":
    case "handler":
      return { by, reason };
    default:
      return undefined;
  }
}
