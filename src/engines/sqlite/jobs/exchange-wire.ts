import type { SQLOutputValue } from "node:sqlite";
import type { ClaimRequest, ExchangeReply, ExchangeRequest } from "../../../engine/index.ts";
import type { ClaimedJob, FilledSlot, Payload, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { type Row, readNumber, readPayload, readText } from "../database/row.ts";
import { readHeaders } from "./record.ts";
import { parseNode } from "./workflow/node.ts";

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
  readonly claimed: ClaimedWire;
  /** Queue and task of each lane that a claimed job is of. */
  readonly lanes: ReadonlyMap<number, readonly [queue: string, task: string]>;
  /** By the number of the claimed job, of those that are part of a workflow. */
  readonly nodes: ReadonlyMap<number, ClaimedNode>;
  readonly quarantined: boolean;
}

/** A claimed job's place in a workflow, as JSON, and what fills its slots. */
export interface ClaimedNode {
  readonly node: string;
  readonly filled: readonly FilledSlot[];
}

/**
 * Claimed jobs on their way back. Their numbers lie in one typed array, which is copied as a block: 0.5 µs a job to
 * copy, where an array of rows takes 1.5.
 */
export interface ClaimedWire {
  /** For each job the columns in `NUMBER_COLUMNS`. */
  readonly numbers: Float64Array;
  /** For each job its id, its input and its headers as JSON. */
  readonly values: readonly SQLOutputValue[];
}

// Columns of sql/jobs/claimable.sql: sequence, lane, priority, early, failures, crashes, fence, created_at.
const NUMBER_COLUMNS: readonly number[] = [0, 2, 3, 6, 7, 8, 9, 10];
const [ID, INPUT, HEADERS] = [1, 4, 5];
const VALUES_PER_CLAIM = 3;

export function encodeClaimed(rows: readonly Row[]): ClaimedWire {
  const numbers = new Float64Array(rows.length * NUMBER_COLUMNS.length);
  const values: SQLOutputValue[] = [];
  let place = 0;
  for (const row of rows) {
    for (const column of NUMBER_COLUMNS) {
      numbers[place] = readNumber(row, column);
      place += 1;
    }
    values.push(row[ID] ?? null, row[INPUT] ?? null, row[HEADERS] ?? null);
  }
  return { numbers, values };
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
    claimed: decodeClaimed(reply),
    quarantined: reply.quarantined,
  };
}

function decodeClaimed(reply: ExchangeReplyWire): ClaimedJob[] {
  const jobs = decodePlain(reply);
  for (const [index, { node, filled }] of reply.nodes) {
    const job = jobs[index];
    if (job !== undefined) jobs[index] = { ...job, node: parseNode(node), filled };
  }
  return jobs;
}

function decodePlain({ claimed: { numbers, values }, lanes }: ExchangeReplyWire): ClaimedJob[] {
  const jobs: ClaimedJob[] = [];
  for (let from = 0; from < numbers.length; from += NUMBER_COLUMNS.length) {
    const place = jobs.length * VALUES_PER_CLAIM;
    const [queue, task] = lanes.get(numberAt(numbers, from + 1)) ?? ["", ""];
    jobs.push({
      id: readText(values, place),
      task,
      queue,
      priority: numberAt(numbers, from + 2),
      input: readPayload(values, place + 1),
      headers: readHeaders(values, place + 2),
      ack: numberAt(numbers, from + 3) === 1 ? "early" : "late",
      failures: numberAt(numbers, from + 4),
      crashes: numberAt(numbers, from + 5),
      // The row was read before the claim raised it.
      fence: numberAt(numbers, from + 6) + 1,
      receipt: numberAt(numbers, from),
      createdAt: numberAt(numbers, from + 7),
    });
  }
  return jobs;
}

function numberAt(numbers: Float64Array, place: number): number {
  return numbers[place] ?? 0;
}
