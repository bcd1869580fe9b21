import { ScheduleNotFound } from "../kernel/errors.ts";

/** The error for a schedule that is not there. */
export function scheduleNotFound(name: string): ScheduleNotFound {
  return new ScheduleNotFound(
    `No schedule is named ${JSON.stringify(name)}: it never existed, was removed, or was over a week ago. lovage schedules list shows those that are there.`,
    { details: { schedule: name } },
  );
}
