export { Beat } from "./beat.ts";
export { CodeSchedules } from "./code.ts";
export type { MissedPolicy, OverlapPolicy } from "./definition.ts";
export type {
  AnyScheduleOptions,
  NamedScheduleOptions,
  RuleOptions,
  ScheduleChanges,
  ScheduleOptions,
  SolarOptions,
  TimingOptions,
} from "./options.ts";
export { checkInput } from "./read-definition.ts";
export { readSchedule, type ScheduleParts, Schedules } from "./schedules.ts";
export { SCHEDULE_KIND } from "./stored.ts";
export type { DayRule, SolarEvent, Timing } from "./timing/index.ts";
export type { Schedule } from "./view.ts";
