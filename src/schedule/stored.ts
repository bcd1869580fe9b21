import { StorageInvalid } from "../kernel/errors.ts";
import type { Definition, Origin } from "./definition.ts";
import { occurrencesOf } from "./timing/index.ts";

/** The kind of the records that schedules are. */
export const SCHEDULE_KIND = "schedule";

// Raised when the shape changes: a worker that does not know it leaves the schedule to those that do.
const FORMAT = 1;

/** The job that an occurrence became. */
export interface LastJob {
  /** The instant of the occurrence, not of its push. */
  readonly at: number;
  readonly jobId: string;
}

/** A schedule as the engine keeps it: what it says, and how far it is. Instants are UTC epoch milliseconds. */
export interface StoredSchedule {
  readonly definition: Definition;
  readonly origin: Origin;
  readonly paused: boolean;
  /** The next occurrence; absent: there is none, or it is paused. */
  readonly nextAt: number | undefined;
  /** An occurrence that waits for the end of the last job. */
  readonly waitingAt: number | undefined;
  readonly last: LastJob | undefined;
  readonly createdAt: number;
}

/** A schedule with the version that a change of it is decided on. */
export interface VersionedSchedule {
  readonly version: number;
  readonly schedule: StoredSchedule;
}

/** A schedule that begins now. */
export function newSchedule(definition: Definition, origin: Origin, nowMs: number): StoredSchedule {
  return {
    ...{ definition, origin, paused: false, createdAt: nowMs },
    nextAt: occurrencesOf(definition).after(nowMs),
    waitingAt: undefined,
    last: undefined,
  };
}

/** A schedule that says something else from now on. */
export function redefined(before: StoredSchedule, definition: Definition, nowMs: number): StoredSchedule {
  if (before.paused || sameTiming(before.definition, definition)) return { ...before, definition };
  return { ...before, definition, nextAt: occurrencesOf(definition).after(nowMs) };
}

/** Writes a schedule as a record's value. */
export function encodeSchedule(schedule: StoredSchedule): string {
  return JSON.stringify({ format: FORMAT, ...schedule });
}

/** @throws StorageInvalid (`STORAGE_INVALID`) for what this version of Lovage has not written. */
export function decodeSchedule(name: string, value: string): StoredSchedule {
  const stored = parse(value);
  if (stored?.format !== FORMAT)
    throw new StorageInvalid(
      `Schedule ${JSON.stringify(name)} is stored in a form that this version of Lovage does not know: was it written by a newer one? Update this process, or remove the schedule.`,
      { details: { schedule: name } },
    );
  const { definition, origin, paused, nextAt, waitingAt, last, createdAt } = stored;
  return { definition, origin, paused, nextAt, waitingAt, last, createdAt };
}

/** The boundary: only `encodeSchedule` writes records of this kind, and the format tells its versions apart. */
function parse(value: string): (StoredSchedule & { readonly format?: unknown }) | undefined {
  try {
    return JSON.parse(value) ?? undefined;
  } catch {
    // Not JSON: of an unknown form, as the caller says.
    return undefined;
  }
}

/** Whether two definitions say the same, as they are stored. */
export function sameDefinition(one: Definition, other: Definition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether two definitions happen at the same instants. */
function sameTiming(one: Definition, other: Definition): boolean {
  const when = ({ timing, startAt, endAt }: Definition): string => JSON.stringify([timing, startAt, endAt]);
  return when(one) === when(other);
}
