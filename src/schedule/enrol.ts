import type { Logger } from "../kernel/logger.ts";
import type { CodeSchedule, CodeSchedules } from "./code.ts";
import type { ScheduleStore } from "./store.ts";
import { newSchedule, redefined, type StoredSchedule, sameDefinition, type VersionedSchedule } from "./stored.ts";

export interface EnrolmentParts {
  readonly code: CodeSchedules;
  readonly store: ScheduleStore;
  readonly logger: Logger;
}

/**
 * Makes the engine know what the code defines: what is new, and what has changed. A pause stays, and so does the next
 * occurrence where the timing is as it was. What the code no longer defines goes on: whoever else shares the namespace,
 * or an older version that is rolled back to, may define it.
 *
 * @throws CapabilityMissing (`CAPABILITY_MISSING`), InputInvalid (`INPUT_INVALID`)
 */
export async function enrol({ code, store, logger }: EnrolmentParts): Promise<void> {
  const schedules = code.all();
  if (schedules.length === 0) return;
  const nowMs = await store.now();
  for (const schedule of schedules) {
    await schedule.check();
    const { nextAt, paused } = await store.untilWritten(schedule.name, (found) =>
      enrolOne(store, schedule, found, nowMs),
    );
    if (nextAt === undefined && !paused)
      logger.log("info", "a schedule of the code is over: it has no further occurrence", { schedule: schedule.name });
  }
}

async function enrolOne(
  store: ScheduleStore,
  { name, definition }: CodeSchedule,
  found: VersionedSchedule | undefined,
  nowMs: number,
): Promise<StoredSchedule | undefined> {
  const before = found?.schedule;
  if (before?.origin === "code" && sameDefinition(before.definition, definition)) return before;
  const schedule = before === undefined ? newSchedule(definition, "code", nowMs) : redefined(before, definition, nowMs);
  const written = await store.write(name, { version: found?.version ?? 0, schedule: { ...schedule, origin: "code" } });
  return written ? schedule : undefined;
}
