import { endingOf } from "../../../../engine/index.ts";
import type { Ending, FilledSlot } from "../../../../kernel/job.ts";
import { type Row, readNumber, readPayload, readText } from "../../database/row.ts";
import { bindPayload } from "../../payload.ts";
import type { Work } from "../../work.ts";
import type { End } from "../end.ts";
import { readError, readFinishedState, readRevocation } from "../record.ts";

/** One slot of one job. */
export interface SlotPlace {
  readonly job: number;
  readonly slot: number;
}

/** Of a job that was just pushed. */
export function createSlots(work: Work, job: number, slots: number): void {
  work.statements.named("slots/create").run({ job, slots });
}

/** Makes a slot that is to be filled, also where there was one. */
export function openSlot(work: Work, { job, slot }: SlotPlace): void {
  work.statements.named("slots/open").run({ job, slot });
}

/** Keeps how a job ended; false where the slot is filled already, or none. */
export function fillSlot(work: Work, { job, slot }: SlotPlace, source: string, end: End): boolean {
  const { state, result, error, revocation } = end;
  const changed = work.statements.named("slots/fill").run({
    ...{ job, slot, source, state },
    result: bindPayload(result, "result", source),
    error: error === undefined ? null : JSON.stringify(error),
    revoked_by: revocation?.by ?? null,
    revoked_reason: revocation?.reason ?? null,
  });
  return changed === 1;
}

/** Notes that a slot can no longer be filled; false where it is filled, or none, or this is known. */
export function breakSlot(work: Work, { job, slot }: SlotPlace): boolean {
  return work.statements.named("slots/set-broken").run({ job, slot, broken: 1 }) === 1;
}

/** Notes that a slot may be filled after all; false where that was never in doubt. */
export function mendSlot(work: Work, { job, slot }: SlotPlace): boolean {
  return work.statements.named("slots/set-broken").run({ job, slot, broken: 0 }) === 1;
}

/** Whether a job lacks what it needs to run. */
export function lacksSlot(work: Work, job: number): boolean {
  return work.statements.named("slots/missing").get({ job }) !== undefined;
}

export function hasBrokenSlot(work: Work, job: number): boolean {
  return work.statements.named("slots/broken").get({ job }) !== undefined;
}

/** What fills the slots of a job, by slot. */
export function filledSlots(work: Work, job: number): readonly FilledSlot[] {
  return work.statements.named("slots/filled").all({ job }).map(toFilledSlot);
}

function toFilledSlot(row: Row): FilledSlot {
  return { slot: readNumber(row, 0), from: readText(row, 1), ending: toEnding(row) };
}

function toEnding(row: Row): Ending {
  return endingOf({
    state: readFinishedState(row, 2),
    revocation: readRevocation(row, 3),
    error: readError(row, 5),
    result: readPayload(row, 6),
  });
}
