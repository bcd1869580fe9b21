import type { DueRecords, Records, StoredRecord } from "../../../engine/index.ts";
import { type Row, readNumber, readOptionalNumber, readText } from "../database/row.ts";
import type { Work } from "../work.ts";

export type RecordListRequest = Parameters<Records["list"]>[0];
export type DueRequest = Parameters<Records["due"]>[0];

export function getRecords(
  { statements, nowMs }: Work,
  { kind, ids }: { readonly kind: string; readonly ids: readonly string[] },
): readonly (StoredRecord | undefined)[] {
  return ids.map((id) => {
    const row = statements.named("records/get").get({ kind, id, now: nowMs });
    return row === undefined ? undefined : toRecord(row);
  });
}

export function listRecords(work: Work, { kind, cursor = "", limit }: RecordListRequest): readonly StoredRecord[] {
  return work.statements.named("records/list").all({ kind, cursor, limit, now: work.nowMs }).map(toRecord);
}

/** What is due, and from the first one behind it, how long until more is. */
export function dueRecords({ statements, nowMs }: Work, { kind, max }: DueRequest): DueRecords {
  const next = statements
    .named("records/next")
    .all({ kind, limit: max + 1, now: nowMs })
    .map(toRecord);
  const records = next.slice(0, max).filter(({ dueAt = nowMs }) => dueAt <= nowMs);
  const dueAt = next[records.length]?.dueAt;
  return { records, nowMs, nextDueInMs: dueAt === undefined ? undefined : Math.max(0, dueAt - nowMs) };
}

function toRecord(row: Row): StoredRecord {
  return {
    kind: readText(row, 0),
    id: readText(row, 1),
    version: readNumber(row, 2),
    value: readText(row, 3),
    dueAt: readOptionalNumber(row, 4),
  };
}
