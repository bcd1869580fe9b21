import { endingOf } from "../../../engine/index.ts";
import type { FilledSlot, Link, LinkCondition, NewJob, WorkflowNode } from "../../../kernel/job.ts";
import { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import { readError, readRevocation } from "./ending.ts";
import { readPayload, writeWhen } from "./payload.ts";
import { stateNumbered } from "./states.ts";

const VALUES_PER_LINK = 3;
const UINT32_BYTES = 4;
// As `scripts/lib/workflow.lua` numbers them.
const conditions: readonly LinkCondition[] = ["success", "failure", "end"];

/** Writes a node into a string that has begun: what the job ends with in the store, see `scripts/lib/job.lua`. */
export function writeNode(writer: Writer, { workflow, slots, links }: WorkflowNode, due: NewJob["due"]): void {
  writer.part(uint32(slots));
  const startedAt = writer.length;
  writer
    .array(5)
    .text(workflow)
    .number(slots)
    .array(links.length * VALUES_PER_LINK);
  for (const { to, slot, on } of links) writer.text(to).number(slot).number(conditions.indexOf(on));
  writeWhen(writer, slots > 0 ? due : undefined);
  writer.part(uint32(writer.length - startedAt));
}

/** `at`: where the node begins in the stored job. */
export function readNode(value: Buffer, at: number): WorkflowNode {
  const reader = new Reader(value, at + UINT32_BYTES);
  reader.array();
  const [workflow, slots] = [reader.text(), reader.number()];
  const links = Array.from({ length: reader.array() / VALUES_PER_LINK }, () => readLink(reader));
  return { workflow, slots, links };
}

/** What fills the slots of a job: number and content in turn, in no order. */
export function readSlots(reader: Reader): readonly FilledSlot[] {
  const slots = Array.from({ length: reader.array() / 2 }, () => readSlot(Number(reader.text()), reader.bytes()));
  return slots.sort((one, other) => one.slot - other.slot);
}

function readLink(reader: Reader): Link {
  const [to, slot, on] = [reader.text(), reader.number(), conditions[reader.number()]];
  if (on === undefined) throw new RangeError(`A link to ${to} is followed after no known end.`);
  return { to, slot, on };
}

function readSlot(slot: number, packed: Buffer): FilledSlot {
  const reader = new Reader(packed);
  reader.array();
  const from = reader.text();
  return { slot, from, ending: readEnding(reader) };
}

function readEnding(reader: Reader): FilledSlot["ending"] {
  const state = stateNumbered(reader.number());
  switch (state) {
    case "succeeded": {
      const [kind, result] = [reader.number(), reader.bytes()];
      return { state, result: readPayload(result, 0, result.length, kind) };
    }
    case "failed": {
      const [lost, content] = [reader.text(), reader.text()];
      return endingOf({
        state,
        result: undefined,
        error: readError(lost, content, content || undefined),
        revocation: undefined,
      });
    }
    case "revoked": {
      const [by, reason] = [reader.text(), reader.text()];
      return endingOf({ state, result: undefined, error: undefined, revocation: readRevocation(by, reason) });
    }
    default:
      throw new RangeError(`A slot is filled by a job that is ${state}.`);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(UINT32_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
}
