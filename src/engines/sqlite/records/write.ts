import type { RecordWrite, WriteReply } from "../../../engine/index.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { readNumber } from "../database/row.ts";
import { illFormed } from "../errors.ts";
import { instantOf } from "../instant.ts";
import { insertJob } from "../jobs/insert.ts";
import type { Work } from "../work.ts";

/** What is written together. */
export interface WriteRequest {
  readonly writes: readonly RecordWrite[];
  readonly jobs: readonly NewJob[];
}

/** `refused`: what the store said to a job or a record of it; nothing was kept. */
export type WriteReplyWire = WriteReply | { readonly status: "refused"; readonly error: ErrorRecord };

/** Writes records and pushes jobs, all or nothing. */
export function writeRecords(work: Work, { writes, jobs }: WriteRequest): WriteReplyWire {
  const conflict = writes.find((write) => versionOf(work, write) !== write.expected);
  if (conflict !== undefined) return { status: "conflict", kind: conflict.kind, id: conflict.id };
  return work.attempt<WriteReplyWire>(
    () => {
      for (const write of writes) apply(work, write);
      for (const job of jobs) insertJob(work, job.id, job.input, job);
      return { status: "written" };
    },
    (error) => ({ status: "refused", error: toErrorRecord(error) }),
  );
}

/** 0 where there is none. */
function versionOf({ statements, nowMs }: Work, { kind, id }: RecordWrite): number {
  const row = statements.named("records/version").get({ kind, id, now: nowMs });
  return row === undefined ? 0 : readNumber(row, 0);
}

function apply({ statements, nowMs }: Work, write: RecordWrite): void {
  const { kind, id, expected, value } = write;
  if (value === undefined) {
    statements.named("records/delete").run({ kind, id });
    return;
  }
  if (![kind, id, value].every((text) => text.isWellFormed())) throw illFormed(`The record ${kind} ${id}`);
  statements.named("records/put").run({
    ...{ kind, id, value },
    version: expected + 1,
    due_at: write.due === undefined ? null : instantOf(write.due, nowMs),
    gone_at: write.ttlMs === undefined ? null : storedInstant(nowMs + write.ttlMs),
  });
}
