import { atCaller } from "../kernel/at-caller.ts";
import { OptionsInvalid, ScheduleExists, StateConflict } from "../kernel/errors.ts";
import { newId } from "../kernel/id.ts";
import { OptionReader } from "../kernel/options/index.ts";
import { AsyncResult, encodeInput, type RegisteredTask, type TaskSource } from "../tasks/index.ts";
import type { CodeSchedules } from "./code.ts";
import type { Definition } from "./definition.ts";
import { scheduleNotFound } from "./not-found.ts";
import { extraJob } from "./occurrence.ts";
import type { AnyScheduleOptions, NamedScheduleOptions, ScheduleChanges, ScheduleOptions } from "./options.ts";
import { changeKeys, checkInput, readDefinition, readName, scheduleKeys } from "./read-definition.ts";
import { ScheduleStore } from "./store.ts";
import { newSchedule, redefined, type StoredSchedule } from "./stored.ts";
import { occurrencesOf } from "./timing/index.ts";
import { type Schedule, viewOf } from "./view.ts";

/** The task that is meant, as the app knows it; mistakes go to the reader. */
export type FindTask = (reader: OptionReader, task: unknown) => RegisteredTask;

export interface ScheduleParts {
  readonly source: TaskSource;
  readonly code: CodeSchedules;
  readonly findTask: FindTask;
}

/**
 * The schedules of an app's namespace, kept in its engine: to make, look at and steer at run time. Every worker of the
 * namespace pushes their jobs when they are due.
 *
 * Every method rejects with CapabilityMissing (`CAPABILITY_MISSING`) on an engine that keeps no records, and with the
 * engine's errors; all but `remove` with StorageInvalid (`STORAGE_INVALID`) at a schedule that a newer Lovage has written.
 *
 * @example
 * for (const { name, upcoming } of await app.schedules.list()) console.log(name, upcoming[0]);
 */
export class Schedules {
  readonly #parts: ScheduleParts;
  readonly #store: ScheduleStore;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#store = new ScheduleStore(() => parts.source.engine);
  }

  // Where no overload fits, the compiler explains the last one: so that is the one of tasks with types.
  /** As below, of a task that another process defines, by its name. */
  create(options: NamedScheduleOptions): Promise<Schedule>;
  /**
   * Makes a schedule, with its first occurrence stored before this resolves.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes; ScheduleExists (`SCHEDULE_EXISTS`)
   * @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`), InputInvalid (`INPUT_INVALID`) for the input
   *
   * @example
   * await app.schedules.create({ name: "report:7", task: sendReport, input: { userId: 7 }, cron: "0 8 * * MON", timeZone: "Europe/Paris" });
   */
  create<Input>(options: ScheduleOptions<Input>): Promise<Schedule>;
  async create(options: AnyScheduleOptions): Promise<Schedule> {
    return this.#atCaller(Schedules.prototype.create, () => this.#create(options));
  }

  /** The schedule of this name. @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`) */
  async get(name: string): Promise<Schedule> {
    const found = await this.#store.find(name);
    if (found === undefined) throw scheduleNotFound(name);
    return this.#view(name, found.schedule);
  }

  /** All schedules, by name. */
  async list(): Promise<Schedule[]> {
    return (await this.#store.all()).map(({ name, schedule }) => this.#view(name, schedule));
  }

  /**
   * Changes a schedule that was made at run time. What is left out stays; where the timing stays, so does the next
   * occurrence.
   *
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`); StateConflict (`STATE_CONFLICT`) for one that is defined in code; and
   *   all that `create` throws.
   *
   * @example
   * await app.schedules.update("report:7", { cron: "0 9 * * MON" });
   */
  async update(name: string, changes: ScheduleChanges): Promise<Schedule> {
    return this.#atCaller(Schedules.prototype.update, () => this.#update(name, changes));
  }

  /**
   * Stops a schedule until `resume()`: it lasts, through restarts of everything.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`)
   */
  async pause(name: string): Promise<Schedule> {
    const paused = { paused: true, nextAt: undefined, waitingAt: undefined };
    return this.#view(name, await this.#store.change(name, (schedule) => ({ ...schedule, ...paused })));
  }

  /**
   * Lets a paused schedule go on, from now: what would have happened meanwhile was not missed.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`)
   */
  async resume(name: string): Promise<Schedule> {
    const nowMs = await this.#store.now();
    const schedule = await this.#store.change(name, (before) =>
      before.paused ? { ...before, paused: false, nextAt: occurrencesOf(before.definition).after(nowMs) } : before,
    );
    this.#store.hint(schedule, nowMs);
    return this.#view(name, schedule);
  }

  /**
   * Pushes a job of a schedule now, beside its plan, which stays as it is; also of a paused one.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`), QueueFull (`QUEUE_FULL`)
   *
   * @example
   * const result = await app.schedules.trigger("report:7");
   * await result.get({ timeout: "30s" });
   */
  async trigger(name: string): Promise<AsyncResult<unknown>> {
    const { source } = this.#parts;
    const found = await this.#store.find(name);
    if (found === undefined) throw scheduleNotFound(name);
    const job = extraJob(found.schedule.definition, name, newId(source.clock.now()));
    await source.pusher.push([job], undefined);
    return new AsyncResult(job.id, source);
  }

  /**
   * Removes a schedule. Jobs that it has pushed stay. One that the code defines is made anew by the next worker that starts.
   * @throws ScheduleNotFound (`SCHEDULE_NOT_FOUND`)
   */
  remove(name: string): Promise<void> {
    return this.#store.remove(name);
  }

  async #create(options: AnyScheduleOptions): Promise<Schedule> {
    const { name, definition, task } = readSchedule(options, this.#parts);
    await checkInput(task, options.input);
    const nowMs = await this.#store.now();
    const schedule = newSchedule(definition, "runtime", nowMs);
    requireOccurrence(name, schedule);
    if (!(await this.#store.write(name, { version: 0, schedule })))
      throw new ScheduleExists(
        `There is a schedule ${JSON.stringify(name)} already: update() changes it, remove() makes room for another.`,
        { details: { schedule: name } },
      );
    this.#store.hint(schedule, nowMs);
    return this.#view(name, schedule);
  }

  async #update(name: string, changes: ScheduleChanges): Promise<Schedule> {
    const before = await this.get(name);
    const task = this.#parts.findTask(new OptionReader(), before.task);
    const hasInput = changes.input !== undefined;
    const input = hasInput ? encodeInput(task, changes.input, this.#parts.source.settings.inputLimitBytes) : undefined;
    if (hasInput) await checkInput(task, changes.input);
    const nowMs = await this.#store.now();
    const schedule = await this.#store.change(name, (stored) => {
      requireRuntime(name, stored);
      const definition = changed(name, changes, task, stored.definition);
      const after = redefined(stored, hasInput ? { ...definition, input } : definition, nowMs);
      requireOccurrence(name, after);
      return after;
    });
    this.#store.hint(schedule, nowMs);
    return this.#view(name, schedule);
  }

  #view(name: string, schedule: StoredSchedule): Schedule {
    return viewOf(name, schedule, this.#parts.code.has(name));
  }

  async #atCaller<Value>(method: (...given: never[]) => unknown, act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (error) {
      throw atCaller(error, method);
    }
  }
}

interface ReadSchedule {
  readonly name: string;
  readonly definition: Definition;
  readonly task: RegisteredTask;
}

/**
 * Reads all options of a schedule.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes; NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`)
 */
export function readSchedule(
  options: AnyScheduleOptions,
  { findTask, source }: Pick<ScheduleParts, "findTask" | "source">,
): ReadSchedule {
  const reader = new OptionReader();
  const given: Partial<AnyScheduleOptions> = reader.knownKeys("", options, scheduleKeys);
  const name = readName(reader, given.name);
  const task = findTask(reader, given.task);
  const definition = readDefinition(reader, given, task);
  reader.finish(`Schedule ${JSON.stringify(given.name)} does not fit`);
  const input = encodeInput(task, given.input, source.settings.inputLimitBytes);
  return { name, task, definition: { ...definition, input } };
}

function changed(name: string, changes: ScheduleChanges, task: RegisteredTask, base: Definition): Definition {
  const reader = new OptionReader();
  const definition = readDefinition(reader, reader.knownKeys("", changes, changeKeys), task, base);
  reader.finish(`The changes of schedule ${JSON.stringify(name)} do not fit`);
  return definition;
}

function requireRuntime(name: string, { origin }: StoredSchedule): void {
  if (origin === "runtime") return;
  throw new StateConflict(
    `Schedule ${JSON.stringify(name)} is defined in code, and the next worker that starts would undo the change: change it there. It can be paused, triggered and removed here.`,
    { details: { schedule: name } },
  );
}

function requireOccurrence(name: string, { nextAt, paused }: StoredSchedule): void {
  if (nextAt !== undefined || paused) return;
  throw new OptionsInvalid(
    `Schedule ${JSON.stringify(name)} would never happen: its timing has no instant that lies ahead. Is "at" or "end" in the past, the date none (30 February), or the place one where the sun never does this?`,
    { details: { schedule: name } },
  );
}
