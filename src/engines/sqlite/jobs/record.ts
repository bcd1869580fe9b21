import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { FinishedState, JobRecord, JobState, Revocation, RevokedBy, WorkflowNode } from "../../../kernel/job.ts";
import { type Row, readNumber, readOptionalNumber, readOptionalText, readPayload, readText } from "../database/row.ts";
import { parseNode } from "./workflow/node.ts";

/** A row of `sql/inspect/get.sql` as those see it who look at jobs. */
export function toJobRecord(row: Row, queue: string, task: string): JobRecord {
  return {
    id: readText(row, 1),
    task,
    queue,
    state: readState(row, 3),
    version: readNumber(row, 4),
    priority: readNumber(row, 5),
    input: readPayload(row, 6),
    headers: readHeaders(row, 7),
    ack: readNumber(row, 8) === 1 ? "early" : "late",
    key: readOptionalText(row, 9),
    failures: readNumber(row, 10),
    crashes: readNumber(row, 11),
    fence: readNumber(row, 12),
    createdAt: readNumber(row, 13),
    dueAt: readOptionalNumber(row, 14),
    expiresAt: readOptionalNumber(row, 15),
    startedAt: readOptionalNumber(row, 16),
    finishedAt: readOptionalNumber(row, 17),
    worker: readOptionalText(row, 18),
    progress: readPayload(row, 19),
    result: readPayload(row, 20),
    error: readError(row, 21),
    revocation: readRevocation(row, 22),
    node: readOptionalNode(row, 24),
    upstream: readOptionalText(row, 25),
  };
}

// A constraint of the table keeps any other text out of this column.
export function readState(row: Row, column: number): JobState {
  return readText(row, column) as JobState;
}

// As above, of a slot that is filled.
export function readFinishedState(row: Row, column: number): FinishedState {
  return readText(row, column) as FinishedState;
}

// A constraint of the table keeps text out that is not JSON.
export function readHeaders(row: Row, column: number): Readonly<Record<string, string>> | undefined {
  const text = readOptionalText(row, column);
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, string>);
}

export function readRevocation(row: Row, column: number): Revocation | undefined {
  const by = readOptionalText(row, column);
  return by === undefined ? undefined : { by: by as RevokedBy, reason: readOptionalText(row, column + 1) ?? "" };
}

export function readError(row: Row, column: number): ErrorRecord | undefined {
  const text = readOptionalText(row, column);
  return text === undefined ? undefined : (JSON.parse(text) as ErrorRecord);
}

function readOptionalNode(row: Row, column: number): WorkflowNode | undefined {
  const text = readOptionalText(row, column);
  return text === undefined ? undefined : parseNode(text);
}
