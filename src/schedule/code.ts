import { ScheduleExists } from "../kernel/errors.ts";
import type { Definition } from "./definition.ts";

/** A schedule as the app's code defines it. */
export interface CodeSchedule {
  readonly name: string;
  readonly definition: Definition;
  /** Where, as `file:line:column`. */
  readonly place: string;
  /** Resolves when the task's schema has accepted the input, which may take its time. */
  readonly check: () => Promise<void>;
}

/** The schedules of an app's code, by name. */
export class CodeSchedules {
  readonly #schedules = new Map<string, CodeSchedule>();

  /** @throws ScheduleExists (`SCHEDULE_EXISTS`) naming both places. */
  add(schedule: CodeSchedule): void {
    const { name, place } = schedule;
    const other = this.#schedules.get(name);
    if (other !== undefined)
      throw new ScheduleExists(
        `Schedule "${name}" is defined twice in this app: at ${other.place} and at ${place}. Rename one of them.`,
        { details: { schedule: name, places: [other.place, place] } },
      );
    this.#schedules.set(name, schedule);
  }

  has(name: string): boolean {
    return this.#schedules.has(name);
  }

  all(): readonly CodeSchedule[] {
    return [...this.#schedules.values()];
  }
}
