import { type ClaimRequest, EXPIRY, type ExchangeRequest } from "../../../engine/index.ts";
import type { ClaimedJob } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";

import { toMilliseconds } from "../instant.ts";
import type { LaneName } from "./lanes.ts";
import { readPayload } from "./payload.ts";
import { readHeaders } from "./record.ts";

/** The columns of the function `claim`, for the statement that calls it. */
export const CLAIM_COLUMNS =
  "id, sequence, lane, priority, form, input, headers, early, failures, crashes, fence, created_at, quarantined";

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
    toMilliseconds(retainMs),
    EXPIRY.reason,
  ];
}

export function laneOf(row: Row, column: number): number {
  return Number(row[column]);
}

/** A job of a row of `CLAIM_COLUMNS` that begins at `at`. */
export function toClaimedJob(row: Row, at: number, { queue, task }: LaneName): ClaimedJob {
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
  };
}
