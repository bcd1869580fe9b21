import { type ClaimRequest, EXPIRY, type ExchangeRequest } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { ClaimedJob, FilledSlot } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";

import type { LaneName } from "./lanes.ts";
import { readPayload } from "./payload.ts";
import { readHeaders, readNode } from "./record.ts";

/** The columns of the function `claim`, for the statement that calls it. */
export const CLAIM_COLUMNS =
  "id, sequence, lane, priority, form, input, headers, early, failures, crashes, fence, created_at, node, is_filled, quarantined";

/** The parameters of the function `claim`. */
export function encodeClaim(
  { worker, exchange }: ExchangeRequest,
  { tasks, queues, max, alone, retainMs }: ClaimRequest,
  oldest: number,
): readonly unknown[] {
  return [
    worker,
    exchange,
    texts(tasks),
    queues === undefined ? null : texts(queues),
    max,
    alone,
    oldest,
    storedInstant(retainMs),
    EXPIRY.reason,
  ];
}

export function laneOf(row: Row, column: number): number {
  return Number(row[column]);
}

/** Whether the last row of a claim, which is no job's, says that a job waits for a process to itself. */
export function isQuarantined(row: Row, at: number): boolean {
  return row[at + 14] === "t";
}

/** Whether a row of a claim is that of a job with slots that were filled. */
export function isFilled(row: Row, at: number): boolean {
  return row[at + 13] === "t";
}

/** A job of a row of `CLAIM_COLUMNS` that begins at `at`; `filled` is what fills its slots. */
export function toClaimedJob(
  row: Row,
  at: number,
  { queue, task }: LaneName,
  filled: readonly FilledSlot[],
): ClaimedJob {
  const node = readNode(row[at + 12]);
  return {
    id: String(row[at]),
    task,
    queue,
    priority: Number(row[at + 3]),
    input: readPayload(row[at + 4] ?? null, row[at + 5] ?? null),
    headers: readHeaders(row[at + 6]),
    ack: row[at + 7] === "t" ? "early" : "late",
    failures: Number(row[at + 8]),
    crashes: Number(row[at + 9]),
    fence: Number(row[at + 10]),
    receipt: Number(row[at + 1]),
    createdAt: Number(row[at + 11]),
    ...(node === undefined ? {} : { node, filled }),
  };
}
