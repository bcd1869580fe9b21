import type { SettlementReply } from "../../../kernel/job.ts";
import { type Row, readNumber, readOptionalText } from "../database/row.ts";
import type { Work } from "../work.ts";
import type { Claims } from "./claim.ts";
import {
  type ClaimedNode,
  type ExchangeReplyWire,
  type ExchangeWire,
  encodeClaimed,
  settlementAt,
  VALUES_PER_SETTLEMENT,
} from "./exchange-wire.ts";
import { settle } from "./settle.ts";
import { filledSlots } from "./workflow/slots.ts";

// Column of sql/jobs/claimable.sql.
const NODE = 12;

/** Settles what has finished, then claims what is next. */
export function exchange(work: Work, claims: Claims, wire: ExchangeWire): ExchangeReplyWire {
  const settled = new Map<number, SettlementReply>();
  for (let index = 0; index < wire.settlements.length / VALUES_PER_SETTLEMENT; index += 1) {
    const reply = settle(work, settlementAt(wire, index));
    if (reply !== undefined) settled.set(index, reply);
  }
  const isRegistered = work.statements.hot("liveness/standing").get(wire.worker) !== undefined;
  if (wire.claim === undefined || !isRegistered)
    return { settled, claimed: encodeClaimed([]), lanes: new Map(), nodes: new Map(), quarantined: false };
  const { rows, quarantined } = claims.claim(work, wire, wire.claim);
  const nodes = nodesOf(work, rows);
  return { settled, claimed: encodeClaimed(rows), lanes: lanesOf(work, rows), nodes, quarantined };
}

function lanesOf(work: Work, rows: readonly Row[]): ExchangeReplyWire["lanes"] {
  const lanes = new Map<number, readonly [string, string]>();
  for (const row of rows) {
    const id = readNumber(row, 2);
    if (lanes.has(id)) continue;
    const { queue, task } = work.lanes.get(id);
    lanes.set(id, [queue, task]);
  }
  return lanes;
}

function nodesOf(work: Work, rows: readonly Row[]): ExchangeReplyWire["nodes"] {
  const nodes = new Map<number, ClaimedNode>();
  for (const [index, row] of rows.entries()) {
    const node = readOptionalText(row, NODE);
    if (node !== undefined) nodes.set(index, { node, filled: filledSlots(work, readNumber(row, 0)) });
  }
  return nodes;
}
