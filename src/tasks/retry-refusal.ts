import type { JobRecord } from "../kernel/job.ts";

/**
 * Why a job that is there cannot be retried, in words that follow "it cannot be retried". One that others ended before it
 * could run lacks what it waits for: to retry those is what helps.
 */
export function retryRefusal(record: JobRecord | undefined): string {
  if (record?.state !== "failed" && record?.state !== "revoked") return "it has neither failed nor been revoked";
  const upstream = upstreamOf(record);
  return upstream === undefined
    ? "it ended while it lacked what it waited for"
    : `it ended because job ${upstream} did; retry that one, and this one goes on`;
}

/** The job whose end was the end of this one. A callback that had nothing to do has none. */
export function upstreamOf({ upstream, revocation }: Pick<JobRecord, "upstream" | "revocation">): string | undefined {
  return revocation?.by === "workflow" ? undefined : upstream;
}
