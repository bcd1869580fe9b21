import type { ClaimRequest, ExchangeReply, ExchangeRequest } from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { FilledSlot, Outcome, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { Reader } from "../wire/reader.ts";
import { pack, type Writer } from "../wire/writer.ts";
import { readSlots } from "./node.ts";
import { checkPayload, writePayload, writeWhen } from "./payload.ts";
import { readRefusal } from "./refusal.ts";
import { checkJob, shapeJobs, writeShapedJobs } from "./shapes.ts";
import { stateNumbered } from "./states.ts";
import { type LaneNames, toClaimedJob } from "./stored-job.ts";

const VALUES_PER_SETTLEMENT = 7;

/** A settlement with what goes to other partitions because of it, posted together with it. */
export interface PostingSettlement extends Settlement {
  readonly letters?: readonly Buffer[];
}

/** How `scripts/lib/settle.lua` numbers the outcomes. */
const kindNumbers: Readonly<Record<Outcome["kind"], number>> = {
  succeeded: 1,
  failed: 2,
  revoked: 3,
  retried: 4,
  snoozed: 5,
  released: 6,
  replaced: 7,
};

/** Why a settlement cannot be sent at all, if so. */
export function findMistake({ id, outcome, effects }: Settlement): SettlementReply | undefined {
  try {
    if (outcome.kind === "succeeded") checkPayload(outcome.result, "result", id);
    for (const { job } of effects) checkJob(job);
    return undefined;
  } catch (error) {
    if (error instanceof LovageError) return { status: "refused", error: toErrorRecord(error) };
    throw error;
  }
}

export function encodeExchange(
  { worker, exchange, claim }: ExchangeRequest,
  settlements: readonly PostingSettlement[],
  writeWaiters: (writer: Writer) => void,
): Buffer {
  return pack((writer) => {
    writer.array(5).text(worker).number(exchange);
    writer.array(settlements.length * VALUES_PER_SETTLEMENT);
    for (const settlement of settlements) writeSettlement(writer, settlement);
    writeClaim(writer, claim);
    writeWaiters(writer);
  });
}

function writeSettlement(writer: Writer, { id, fence, outcome, effects, letters }: PostingSettlement): void {
  writer.text(id).number(fence).number(kindNumbers[outcome.kind]);
  writeContent(writer, outcome);
  writer.number("retainMs" in outcome ? outcome.retainMs : 0);
  const due = "due" in outcome ? outcome.due : undefined;
  if (due === undefined && effects.length === 0 && letters === undefined) {
    writer.boolean(false);
    return;
  }
  writer.array(letters === undefined ? 4 : 5);
  writeWhen(writer, due);
  if (effects.length === 0) writer.boolean(false).boolean(false);
  else writeShapedJobs(writer, shapeJobs(effects.map(({ job }) => job)));
  if (letters === undefined) return;
  writer.array(letters.length);
  for (const letter of letters) writer.bytes(letter);
}

/** What comes with the outcome, then which kind of payload it is, or who revoked. */
function writeContent(writer: Writer, outcome: Outcome): void {
  switch (outcome.kind) {
    case "succeeded":
      writePayload(writer, outcome.result);
      break;
    case "failed":
    case "retried":
      writer.text(JSON.stringify(outcome.error)).boolean(false);
      break;
    case "revoked":
      writer.text(outcome.reason).text(outcome.by);
      break;
    case "replaced":
      writer.number(outcome.slot).boolean(false);
      break;
    case "snoozed":
    case "released":
      writer.boolean(false).boolean(false);
  }
}

function writeClaim(writer: Writer, claim: ClaimRequest | undefined): void {
  if (claim === undefined) {
    writer.boolean(false);
    return;
  }
  writer.array(5).number(claim.max).boolean(claim.alone).number(claim.retainMs);
  if (claim.queues === undefined) writer.boolean(false);
  else writer.texts(claim.queues);
  writer.texts(claim.tasks);
}

/** A reply, and the ids of the claimed jobs whose slots it has no room for. */
export interface DecodedReply extends ExchangeReply {
  readonly unread: ReadonlySet<string>;
}

/** The answers are for the settlements that were sent, in their order. */
export function decodeExchangeReply(reader: Reader): DecodedReply {
  const settled = Array.from({ length: reader.array() }, () => readSettlementReply(reader));
  const values = Array.from({ length: reader.array() }, () => reader.bytes());
  const lanes = readLanes(reader);
  const slots = readSlotsOfJobs(reader);
  const claimed = values.map((value, index) => toClaimedJob(value, lanes, slots.get(index)));
  const unread = new Set(claimed.filter((_, index) => slots.has(index) && !slots.get(index)).map(({ id }) => id));
  return { settled, claimed, quarantined: reader.boolean(), unread };
}

/** By the numbers of the claimed jobs that are part of a workflow; `undefined` where the reply has no room for them. */
function readSlotsOfJobs(reader: Reader): ReadonlyMap<number, readonly FilledSlot[] | undefined> {
  const slots = new Map<number, readonly FilledSlot[] | undefined>();
  for (let left = reader.array() / 2; left > 0; left -= 1) slots.set(reader.number(), readSlotsOfJob(reader));
  return slots;
}

function readSlotsOfJob(reader: Reader): readonly FilledSlot[] | undefined {
  if (!reader.isNumber) return readSlots(reader);
  reader.number();
  return undefined;
}

function readSettlementReply(reader: Reader): SettlementReply {
  if (!reader.isNumber) return { status: "refused", error: readRefusal(reader) };
  const state = reader.number();
  return state === 0 ? { status: "stale" } : { status: "applied", state: stateNumbered(state) };
}

/** Queue and task of lanes, as `describeLanes` of `scripts/lib/lanes.lua` lists them. */
export function readLanes(reader: Reader): LaneNames {
  const lanes = new Map<number, readonly [string, string]>();
  for (let left = reader.array() / 2; left > 0; left -= 1) lanes.set(reader.number(), readLane(reader.bytes()));
  return lanes;
}

function readLane(packed: Buffer): readonly [queue: string, task: string] {
  const reader = new Reader(packed);
  reader.array();
  return [reader.text(), reader.text()];
}
