import { derivedId } from "../kernel/id.ts";
import type { NewJob } from "../kernel/job.ts";
import type { Definition } from "./definition.ts";

/** The header by which a job knows its schedule. */
const SCHEDULE_HEADER = "lovage-schedule";
/** The header by which a job knows the instant that it was planned for, in ISO 8601. */
const SCHEDULED_AT_HEADER = "lovage-scheduled-at";

/** An occurrence: of which schedule, at which instant. */
export interface Occurrence {
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
}

/**
 * The job of an occurrence. Its id is derived from the occurrence, and so is the time by which jitter puts it off: made
 * twice, it is the same job.
 */
export function jobOf(definition: Definition, occurrence: Occurrence, nowMs: number): NewJob {
  const { namespace, name, at } = occurrence;
  const { jitterMs, expiresMs } = definition;
  const id = derivedId(at, namespace, name);
  const dueAt = at + Math.floor(fractionOf(id) * jitterMs);
  return {
    ...newJob(definition, { [SCHEDULE_HEADER]: name, [SCHEDULED_AT_HEADER]: new Date(at).toISOString() }),
    id,
    due: dueAt > nowMs ? { at: dueAt } : undefined,
    // One that is made late has its time all the same: `missed` has decided that it shall run.
    expires: expiresMs === undefined ? undefined : { at: Math.max(dueAt, nowMs) + expiresMs },
  };
}

/** A job beside the plan, for now. */
export function extraJob(definition: Definition, name: string, id: string): NewJob {
  const { expiresMs } = definition;
  return {
    ...newJob(definition, { [SCHEDULE_HEADER]: name }),
    id,
    due: undefined,
    expires: expiresMs === undefined ? undefined : { afterMs: expiresMs },
  };
}

// A task's `key` names no occurrence: those of one schedule have one input, and the second would find the first's job.
function newJob(
  definition: Definition,
  headers: Readonly<Record<string, string>>,
): Omit<NewJob, "id" | "due" | "expires"> {
  const { task, input, queue, priority, ack } = definition;
  return { task, input, queue, priority, ack, key: undefined, headers: { ...definition.headers, ...headers } };
}

/** From 0 to below 1, evenly over all ids. */
function fractionOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16) / 2 ** 32;
}
