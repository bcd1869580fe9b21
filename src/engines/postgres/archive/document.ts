import type { FinishedJob } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { Payload } from "../../../kernel/job.ts";
import type { Lanes } from "../jobs/lanes.ts";
import { formOf } from "../jobs/payload.ts";

/** Finished jobs as `sql/archive/store.sql` takes them. */
export function toDocument(jobs: readonly FinishedJob[], lanes: Lanes): string {
  return JSON.stringify(jobs.map((job) => toRow(job, lanes)));
}

function toRow({ record, retainMs }: FinishedJob, lanes: Lanes): Readonly<Record<string, unknown>> {
  const { id, version, fence, failures, crashes, priority, state, worker, key, finishedAt = 0 } = record;
  return {
    ...{ id, version, fence, failures, crashes, priority, state, worker, key },
    lane: lanes.numberOf(record.queue, record.task),
    form: formOf(record.input, "input", id),
    progress_form: record.progress === undefined ? null : formOf(record.progress, "progress", id),
    result_form: record.result === undefined ? null : formOf(record.result, "result", id),
    early: record.ack === "early",
    created_at: storedInstant(record.createdAt),
    due_at: optionalInstant(record.dueAt),
    expires_at: optionalInstant(record.expiresAt),
    started_at: optionalInstant(record.startedAt),
    finished_at: storedInstant(finishedAt),
    prune_at: storedInstant(finishedAt + retainMs),
    node: record.node,
    upstream: record.upstream,
    revoked_by: record.revocation?.by,
    // A text column holds no U+0000, and a job that cannot be stored would stay in its broker.
    revoked_reason: record.revocation?.reason.replaceAll("\0", "\uFFFD"),
    error: record.error === undefined ? null : JSON.stringify(record.error),
    headers: record.headers === undefined ? null : JSON.stringify(record.headers),
    input: toBase64(record.input),
    progress: toBase64(record.progress),
    result: toBase64(record.result),
  };
}

function optionalInstant(instant: number | undefined): number | null {
  return instant === undefined ? null : storedInstant(instant);
}

function toBase64(payload: Payload | undefined): string | null {
  return payload === undefined ? null : Buffer.from(payload).toString("base64");
}
