export { Beat, type BeatReport } from "./beat.ts";
export { type CodeSchedule, CodeSchedules } from "./code.ts";
export type { MissedPolicy, Origin, OverlapPolicy } from "./definition.ts";
export type {
  AnyScheduleOptions,
  NamedScheduleOptions,
  OneTiming,
  RuleOptions,
  ScheduleChanges,
  ScheduleOptions,
  SolarOptions,
  TimingOptions,
} from "./options.ts";
export { checkInput } from "./read-definition.ts";
export { type FindTask, readSchedule, type ScheduleParts, Schedules } from "./schedules.ts";
export { SCHEDULE_KIND } from "./stored.ts";
export type { DayRule, SolarEvent, Timing } from "./timing/index.ts";
export type { Schedule } from "./view.ts";
