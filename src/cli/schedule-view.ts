import type { Schedule } from "../schedule/index.ts";
import { distance } from "./job-view.ts";
import type { JsonObject } from "./output.ts";
import type { Column } from "./table.ts";
import { type Colour, clip } from "./text.ts";

export const scheduleColours: Readonly<Record<Schedule["state"], Colour | undefined>> = {
  active: undefined,
  paused: "yellow",
  over: "dim",
};

/**
 * A schedule as programs read it, but for its input. Instants are ISO 8601 in UTC; what is not there is left out.
 * `inCode`: whether the code that may define it is loaded.
 */
export function scheduleToJson(schedule: Schedule, inCode: boolean): JsonObject {
  const { name, task, state, when, timing, origin, missed, overlap, jitterMs, expiresMs, queue, priority } = schedule;
  return {
    ...{ name, task, state, when, timing: { ...timing } },
    upcoming: schedule.upcoming.map((at) => at.toISOString()),
    last: schedule.last && { at: schedule.last.at.toISOString(), jobId: schedule.last.jobId },
    waiting: schedule.waiting?.toISOString(),
    ...{ origin, orphaned: inCode ? schedule.orphaned : undefined, missed, overlap, jitterMs },
    start: schedule.start?.toISOString(),
    end: schedule.end?.toISOString(),
    ...{ expiresMs, queue, priority, headers: schedule.headers, createdAt: schedule.createdAt.toISOString() },
  };
}

/** The columns of a list of schedules. */
export function scheduleColumns(nowMs: number, inCode: boolean): readonly Column<Schedule>[] {
  const moment = (at: Date | undefined): string => (at === undefined ? "-" : distance(at.getTime(), nowMs));
  return [
    { title: "SCHEDULE", cell: ({ name }) => clip(name, 40) },
    { title: "TASK", cell: ({ task }) => clip(task, 30) },
    { title: "WHEN", cell: ({ when }) => clip(when, 50) },
    { title: "NEXT", cell: ({ upcoming }) => moment(upcoming[0]), align: "right" },
    { title: "LAST", cell: ({ last }) => moment(last?.at), align: "right" },
    {
      title: "",
      cell: (schedule) => remark(schedule, inCode),
      colour: ({ state }) => scheduleColours[state] ?? "yellow",
    },
  ];
}

/** What is to be said of one that the loaded code does not define, although code did. */
export function orphanRemark({ orphaned }: Schedule, inCode: boolean): readonly string[] {
  return inCode && orphaned ? ["no longer in the code"] : [];
}

function remark(schedule: Schedule, inCode: boolean): string {
  const { state, waiting } = schedule;
  return [
    ...(state === "active" ? [] : [state]),
    ...(waiting === undefined ? [] : ["one waits for the last to end"]),
    ...orphanRemark(schedule, inCode),
  ].join(", ");
}
