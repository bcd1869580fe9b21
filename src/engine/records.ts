import type { NewJob, When } from "../kernel/job.ts";

/** A small row that something other than jobs is kept in: a schedule, an endpoint, a subscription. */
export interface StoredRecord {
  /** What it is: `schedule`, … */
  readonly kind: string;
  readonly id: string;
  /** 1 when it was made, raised by every write; a record that was removed and made again begins at 1 anew. */
  readonly version: number;
  /** Encoded by whoever wrote it: an engine never looks inside. */
  readonly value: string;
  /** When it is due, UTC epoch milliseconds of the engine's clock; `undefined`: never. */
  readonly dueAt: number | undefined;
}

/** One write; `expected` is the version that it was decided on: 0 where there was none. */
export type RecordWrite =
  | {
      readonly kind: string;
      readonly id: string;
      readonly expected: number;
      readonly value: string;
      readonly due: When | undefined;
      /** Gone after so long, counted from this write; `undefined`: stays. */
      readonly ttlMs: number | undefined;
    }
  | { readonly kind: string; readonly id: string; readonly expected: number; readonly value: undefined };

/** `conflict`: one of the records has another version, so nothing was written and nothing pushed. */
export type WriteReply =
  | { readonly status: "written" }
  | { readonly status: "conflict"; readonly kind: string; readonly id: string };

export interface DueRecords {
  /** The first due first. */
  readonly records: readonly StoredRecord[];
  /** The engine's clock as it answered, UTC epoch milliseconds. */
  readonly nowMs: number;
  /** Until the next one is due that is not among these; `undefined` where none will be. */
  readonly nextDueInMs: number | undefined;
}

/**
 * Records by kind and id, durable as jobs are, for few and small things: thousands, of some kilobytes. A record past its
 * TTL is not there for anyone; `upkeep.prune` removes it.
 */
export interface Records {
  /** In the order of the ids; `undefined` for one that is not there. */
  get(kind: string, ids: readonly string[]): Promise<readonly (StoredRecord | undefined)[]>;
  /** By id; `cursor` is the last id of the page before. */
  list(request: {
    readonly kind: string;
    readonly cursor: string | undefined;
    readonly limit: number;
  }): Promise<readonly StoredRecord[]>;
  /** At most `max` that are due by the engine's clock. O(those), whatever else there is. */
  due(request: { readonly kind: string; readonly max: number }): Promise<DueRecords>;
  /**
   * Writes and pushes together, or not at all. No two writes name the same record. A pushed job whose id is there already
   * changes nothing.
   */
  write(writes: readonly RecordWrite[], jobs: readonly NewJob[]): Promise<WriteReply>;
}
