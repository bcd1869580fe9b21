import type { ErrorRecord } from "../../../kernel/error-record.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { FinishedState, Payload, Revocation } from "../../../kernel/job.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import type { FoundJob } from "./found-job.ts";

/** How a job ends. */
export interface End {
  readonly state: FinishedState;
  readonly retainMs: number;
  readonly result?: Payload | undefined;
  readonly error?: ErrorRecord | undefined;
  readonly revocation?: Revocation | undefined;
  /** The job whose end this is as well. */
  readonly upstream?: string | undefined;
  /** Added to what the job has; 0 when absent. */
  readonly failures?: number;
  readonly crashes?: number;
}

/** Ends a job; nobody who waits for it is told. */
export function endJob(work: Work, job: FoundJob, end: End): void {
  work.statements.named("jobs/finish").run({
    sequence: job.sequence,
    state: end.state,
    finished_at: work.nowMs,
    prune_at: storedInstant(work.nowMs + end.retainMs),
    result: bindPayload(end.result, "result", job.id),
    failures: end.failures ?? 0,
    crashes: end.crashes ?? 0,
    error: end.error === undefined ? null : JSON.stringify(end.error),
    revoked_by: end.revocation?.by ?? null,
    revoked_reason: end.revocation?.reason ?? null,
    upstream: end.upstream ?? null,
  });
  work.moved(job.lane, job.id, job.state, end.state);
}
