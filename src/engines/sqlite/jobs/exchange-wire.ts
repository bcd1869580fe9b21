import type { ClaimRequest, ExchangeReply, ExchangeRequest } from "../../../engine/index.ts";
import type { ClaimedJob, Payload, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { type Row, readNumber, readPayload, readText } from "../database/row.ts";
import { readHeaders } from "./record.ts";

/**
 * An exchange on its way to the engine's thread. A plain success is five values of a flat array; any other settlement
 * travels whole in the place of its payload, with a retention of -1.
 */
export interface ExchangeWire {
  readonly worker: string;
  readonly exchange: number;
  /** For each settlement its receipt, fence, id, result and retention in milliseconds. */
  readonly settlements: readonly unknown[];
  readonly claim: ClaimRequest | undefined;
}

export interface ExchangeReplyWire {
  /** By the number of the settlement; those that are absent were applied as successes. */
  readonly settled: ReadonlyMap<number, SettlementReply>;
  /** Rows of `sql/jobs/claimable.sql`, as they were before the claim. */
  readonly claimed: readonly Row[];
  /** Queue and task of each lane that a claimed job is of. */
  readonly lanes: ReadonlyMap<number, readonly [queue: string, task: string]>;
  readonly quarantined: boolean;
}

/** The values of one settlement lie so far apart. */
export const VALUES_PER_SETTLEMENT = 5;

/** A settlement as the engine's thread reads it: a plain success, or any other. */
export type SettlementWire =
  | {
      readonly kind: "success";
      readonly receipt: number;
      readonly fence: number;
      readonly id: string;
      readonly result: Payload | undefined;
      readonly retainMs: number;
    }
  | { readonly kind: "other"; readonly settlement: Settlement };

export function encodeExchange(request: ExchangeRequest): ExchangeWire {
  const settlements: unknown[] = [];
  for (const settlement of request.settlements) encodeSettlement(settlement, settlements);
  return { worker: request.worker, exchange: request.exchange, settlements, claim: request.claim };
}

function encodeSettlement(settlement: Settlement, values: unknown[]): void {
  const { outcome, receipt, fence, id } = settlement;
  const isPlain = outcome.kind === "succeeded" && settlement.effects.length === 0 && typeof receipt === "number";
  if (isPlain && outcome.retainMs >= 0) values.push(receipt, fence, id, outcome.result, outcome.retainMs);
  else values.push(0, 0, "", settlement, -1);
}

export function settlementAt({ settlements }: ExchangeWire, index: number): SettlementWire {
  const offset = index * VALUES_PER_SETTLEMENT;
  const retainMs = settlements[offset + 4] as number;
  if (retainMs < 0) return { kind: "other", settlement: settlements[offset + 3] as Settlement };
  return {
    kind: "success",
    receipt: settlements[offset] as number,
    fence: settlements[offset + 1] as number,
    id: settlements[offset + 2] as string,
    result: settlements[offset + 3] as Payload | undefined,
    retainMs,
  };
}

const succeeded: SettlementReply = { status: "applied", state: "succeeded" };

export function decodeExchangeReply(request: ExchangeRequest, reply: ExchangeReplyWire): ExchangeReply {
  return {
    settled: request.settlements.map((_, index) => reply.settled.get(index) ?? succeeded),
    claimed: reply.claimed.map((row) => toClaimedJob(row, reply.lanes)),
    quarantined: reply.quarantined,
  };
}

function toClaimedJob(row: Row, lanes: ExchangeReplyWire["lanes"]): ClaimedJob {
  const [queue, task] = lanes.get(readNumber(row, 2)) ?? ["", ""];
  return {
    id: readText(row, 1),
    task,
    queue,
    priority: readNumber(row, 3),
    input: readPayload(row, 4),
    headers: readHeaders(row, 5),
    ack: readNumber(row, 6) === 1 ? "early" : "late",
    failures: readNumber(row, 7),
    crashes: readNumber(row, 8),
    // The row was read before the claim raised it.
    fence: readNumber(row, 9) + 1,
    receipt: readNumber(row, 0),
    createdAt: readNumber(row, 10),
  };
}
