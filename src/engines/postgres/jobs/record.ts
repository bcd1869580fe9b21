import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { JobRecord, JobState, Revocation, RevokedBy, WorkflowNode } from "../../../kernel/job.ts";
import type { Row } from "../client/library.ts";
import { readPayload } from "./payload.ts";

/** A row of `sql/inspect/get.sql` or `list.sql`, as those see it who look at jobs. */
export function toJobRecord(row: Row): JobRecord {
  const [id, task, queue, state, version, priority, form, input, headers, early, key, failures, crashes, fence] = row;
  const [createdAt, dueAt, expiresAt, startedAt, finishedAt, worker] = row.slice(14);
  const [progressForm, progress, resultForm, result, error, revokedBy, revokedReason, node, upstream] = row.slice(20);
  return {
    id: String(id),
    task: String(task),
    queue: String(queue),
    // A constraint of the table keeps any other text out of this column.
    state: state as JobState,
    version: Number(version),
    priority: Number(priority),
    input: readPayload(form ?? null, input ?? null),
    headers: readHeaders(headers),
    ack: early === "t" ? "early" : "late",
    key: key ?? undefined,
    failures: Number(failures),
    crashes: Number(crashes),
    fence: Number(fence),
    createdAt: Number(createdAt),
    dueAt: readInstant(dueAt),
    expiresAt: readInstant(expiresAt),
    startedAt: readInstant(startedAt),
    finishedAt: readInstant(finishedAt),
    worker: worker ?? undefined,
    progress: readPayload(progressForm ?? null, progress ?? null),
    result: readPayload(resultForm ?? null, result ?? null),
    error: error == null ? undefined : (JSON.parse(error) as ErrorRecord),
    revocation: readRevocation(revokedBy, revokedReason),
    node: readNode(node),
    upstream: upstream ?? undefined,
  };
}

export function readNode(text: string | null | undefined): WorkflowNode | undefined {
  return text == null ? undefined : (JSON.parse(text) as WorkflowNode);
}

export function readHeaders(text: string | null | undefined): Readonly<Record<string, string>> | undefined {
  return text == null ? undefined : (JSON.parse(text) as Record<string, string>);
}

export function readRevocation(
  by: string | null | undefined,
  reason: string | null | undefined,
): Revocation | undefined {
  return by == null ? undefined : { by: by as RevokedBy, reason: reason ?? "" };
}

function readInstant(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Number(text);
}
