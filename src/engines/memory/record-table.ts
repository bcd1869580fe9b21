import type { RecordWrite, StoredRecord } from "../../engine/index.ts";
import { instantOf } from "./jobs/job.ts";

interface Row extends StoredRecord {
  readonly goneAt: number;
}

/** Records by kind, then by id; one past its time is not there for anyone. */
export class RecordTable {
  readonly #kinds = new Map<string, Map<string, Row>>();

  get(kind: string, id: string, now: number): StoredRecord | undefined {
    const row = this.#kinds.get(kind)?.get(id);
    return row !== undefined && row.goneAt > now ? toRecord(row) : undefined;
  }

  /** In no order. */
  all(kind: string, now: number): readonly StoredRecord[] {
    const rows = [...(this.#kinds.get(kind)?.values() ?? [])];
    return rows.filter(({ goneAt }) => goneAt > now).map(toRecord);
  }

  apply(write: RecordWrite, now: number): void {
    const { kind, id, expected } = write;
    const rows = this.#kinds.get(kind) ?? new Map<string, Row>();
    this.#kinds.set(kind, rows);
    if (write.value === undefined) {
      rows.delete(id);
      return;
    }
    const { value, due, ttlMs = Number.POSITIVE_INFINITY } = write;
    const dueAt = due === undefined ? undefined : instantOf(due, now);
    rows.set(id, { kind, id, version: expected + 1, value, dueAt, goneAt: now + ttlMs });
  }

  /** Removes at most so many of those past their time. */
  prune(max: number, now: number): void {
    let left = max;
    for (const rows of this.#kinds.values()) {
      for (const { id, goneAt } of rows.values()) {
        if (left === 0) return;
        if (goneAt > now) continue;
        rows.delete(id);
        left -= 1;
      }
    }
  }
}

function toRecord({ kind, id, version, value, dueAt }: Row): StoredRecord {
  return { kind, id, version, value, dueAt };
}
