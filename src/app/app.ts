import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Engine } from "../engine/index.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { NameInvalid, OptionsInvalid, StateConflict } from "../kernel/errors.ts";
import { guardedLogger } from "../kernel/guarded-logger.ts";
import { isName } from "../kernel/job.ts";
import { type Logger, standardError, streamLogger } from "../kernel/logger.ts";
import { Metrics } from "../kernel/metrics.ts";
import {
  type AppOptions,
  NO_RESULTS,
  type OptionReader,
  readAppOptions,
  type Settings,
  show,
  type WorkerOptions,
} from "../kernel/options/index.ts";
import { callerPlace } from "../kernel/place.ts";
import { isThenable } from "../kernel/thenable.ts";
import { requireNode } from "../kernel/version.ts";
import {
  type AnyScheduleOptions,
  Beat,
  CodeSchedules,
  checkInput,
  type NamedScheduleOptions,
  readSchedule,
  type ScheduleOptions,
  type ScheduleParts,
  Schedules,
} from "../schedule/index.ts";
import {
  type AnyTaskOptions,
  AsyncResult,
  type CallOptions,
  type PlainTaskOptions,
  type PushedResult,
  type RegisteredTask,
  Registry,
  type SchemaTaskOptions,
  Task,
  type TaskDefinition,
  type TaskSource,
} from "../tasks/index.ts";
import { Worker, waitAside } from "../worker/index.ts";
import { type AppParts, Connection } from "./connection.ts";
import { createEngine } from "./engines.ts";

/** Options of `lovage()`: those of `AppOptions`, and the parts that a test or an embedder hands in. */
export interface LovageOptions extends AppOptions {
  /** An engine of your own instead of `url`. The app starts and stops it. */
  readonly engine?: Engine;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const appsOfTasks = new WeakMap<object, App>();

/** The app that made this task by `app.task()`; `undefined` for anything else. */
export function appOf(task: object): App | undefined {
  return appsOfTasks.get(task);
}

/**
 * An app: its tasks, and the engine that they share.
 * It opens the engine on first use, and does not keep the process alive unless something is under way.
 */
export class App {
  readonly settings: Settings;
  /** The schedules in the engine, to make, look at and steer at run time; `schedule()` defines one in code. */
  readonly schedules: Schedules;
  readonly #options: LovageOptions;
  readonly #metrics = new Metrics();
  readonly #registry: Registry;
  readonly #source: TaskSource;
  readonly #schedules: ScheduleParts;
  readonly #own: Connection;
  #connection: Connection;

  constructor(options: LovageOptions) {
    requireNode();
    this.settings = readAppOptions(options, process.env, ["engine", "clock"]);
    this.#options = options;
    const clock = options.clock ?? systemClock;
    const logger = options.logger ?? streamLogger(standardError, { json: this.settings.logFormat === "json" });
    const { url, resultsUrl, namespace } = this.settings;
    if (options.engine !== undefined && resultsUrl !== undefined)
      throw new OptionsInvalid(
        "engine and results are both given: an engine of your own has its results itself. Leave out one of them.",
      );
    const engine = options.engine ?? createEngine({ url, resultsUrl, namespace, clock, logger: guardedLogger(logger) });
    this.#registry = new Registry(this.settings.task, { keepsResults: resultsUrl !== NO_RESULTS });
    this.#own = new Connection({ engine, clock, logger }, this.settings, this.#metrics);
    this.#connection = this.#own;
    this.#source = followed(() => this.#connection);
    this.#schedules = {
      ...{ source: this.#source, code: new CodeSchedules() },
      findTask: (reader, task) => this.#scheduled(reader, task),
    };
    this.schedules = new Schedules(this.#schedules);
  }

  get engine(): Engine {
    return this.#connection.engine;
  }

  get logger(): Logger {
    return this.#connection.logger;
  }

  get clock(): Clock {
    return this.#connection.clock;
  }

  /**
   * Defines a task of this app, or registers a shared definition.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) with every mistake; TaskDuplicate (`TASK_DUPLICATE`) naming both places.
   *
   * @example
   * const fetchFeed = app.task({
   *   name: "feeds.fetch",
   *   input: z.object({ feedId: z.number() }),
   *   async run({ feedId }, ctx) { … return { entries: 12 }; },
   * });
   */
  task<Input, Output>(definition: TaskDefinition<Input, Output>): Task<Input, Output>;
  task<Schema extends StandardSchemaV1, Output = unknown>(
    options: SchemaTaskOptions<Schema, Output>,
  ): Task<StandardSchemaV1.InferInput<Schema>, Output>;
  task<Input = void, Output = unknown>(options: PlainTaskOptions<Input, Output>): Task<Input, Output>;
  task(given: AnyTaskOptions | TaskDefinition<unknown, unknown>): Task<unknown, unknown> {
    const { definition, place } = isDefinition(given) ? given : { definition: given, place: callerPlace() };
    const task = new Task<unknown, unknown>(this.#registry.register(definition, place), this.#source);
    appsOfTasks.set(task, this);
    return task;
  }

  /**
   * Pushes a job of a task that this process does not define, with the app's defaults and no check of the input
   * beyond JSON and size: the worker's schema refuses what does not fit.
   *
   * @throws NameInvalid (`NAME_INVALID`), and all that `delay` throws.
   *
   * @example
   * await app.send("mail.send", { userId: 7 }, { countdown: "1m" });
   */
  async send(name: string, input?: unknown, options?: CallOptions): Promise<PushedResult<unknown>> {
    const known = this.#registry.get(name);
    // Awaited here, so that the stack of what is refused leads on to the caller.
    return await new Task<unknown, unknown>(known ?? this.#stranger(name), this.#source).delay(input, options);
  }

  // Where no overload fits, the compiler explains the last one: so that is the one of tasks with types.
  /** As below, of a task that another process defines, by its name. */
  schedule(options: NamedScheduleOptions): void;
  /**
   * Defines a schedule of this app: every worker of it makes the schedule known when it starts, and from then on the
   * workers push its jobs. Where the definition has changed, the stored one follows; one that is gone from the code goes
   * on until it is removed.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes; ScheduleExists (`SCHEDULE_EXISTS`) naming both places.
   * @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`), InputInvalid (`INPUT_INVALID`) for the input.
   *
   * @example
   * app.schedule({ name: "backup.nightly", task: backUp, cron: "30 2 * * *", timeZone: "Europe/Berlin", overlap: "skip" });
   */
  schedule<Input>(options: ScheduleOptions<Input>): void;
  schedule(options: AnyScheduleOptions): void {
    const { name, definition, task } = readSchedule(options, this.#schedules);
    const check = async (): Promise<void> => void (await checkInput(task, options.input));
    const checked = checkInput(task, options.input);
    // What a slow schema says is heard when a worker starts.
    if (isThenable(checked)) checked.then(undefined, () => {});
    this.#schedules.code.add({ name, definition, place: callerPlace(), check });
  }

  /** The job of this id, to ask or wait for; whether it is there shows at the first question. */
  result<Output = unknown>(id: string): AsyncResult<Output> {
    return new AsyncResult<Output>(id, this.#source);
  }

  /**
   * A worker in this process, over the app's worker options. `start()` it, or `drain()` it once.
   * @throws OptionsInvalid (`OPTIONS_INVALID`)
   */
  worker(options: WorkerOptions = {}): Worker {
    const { engine, clock, logger, settings } = this;
    const parts = {
      engine,
      clock,
      logger,
      settings,
      registry: this.#registry,
      metrics: this.#metrics,
      onError: this.#options.onError,
      roster: this.#connection.roster,
      beat: this.#beat(),
    };
    return new Worker(parts, { ...this.#options.worker, ...options });
  }

  /** The tasks that this app knows, in order of definition. */
  tasks(): readonly RegisteredTask[] {
    return this.#registry.all();
  }

  /** The one registry in which every part of this app counts. */
  metrics(): Metrics {
    return this.#metrics;
  }

  /** Opens the engine now, to learn at start what is wrong with it. Otherwise the first use does. */
  async start(): Promise<void> {
    await this.engine.start();
  }

  /**
   * Stops the app's workers, ends every wait and closes the engine: nothing is left that keeps the process alive.
   * For good: what is asked of the app afterwards is refused with `ENGINE_CLOSED`.
   */
  async close(): Promise<void> {
    if (this.#connection !== this.#own) await this.#connection.close();
    await this.#own.close();
  }

  /**
   * Lets another engine, clock and logger stand in for the app's own: for all of its tasks and results, until the
   * returned function is called, which stops the stand-ins. The app's own engine stays as it is, unopened if it was.
   * It is what `testing(app)` of `lovage/testing` works with.
   *
   * @throws StateConflict (`STATE_CONFLICT`) while others stand in.
   */
  substitute(parts: AppParts): () => Promise<void> {
    if (this.#connection !== this.#own) {
      throw new StateConflict("Another engine stands in for this app's own already: end that first.");
    }
    const connection = new Connection(parts, this.settings, this.#metrics);
    this.#connection = connection;
    return async () => {
      if (this.#connection === connection) this.#connection = this.#own;
      await connection.close();
    };
  }

  #beat(): Beat {
    const { engine, logger, settings } = this;
    const { namespace } = settings;
    return new Beat({
      engine,
      namespace,
      code: this.#schedules.code,
      logger: guardedLogger(logger),
      metrics: this.#metrics,
    });
  }

  /** The task of a schedule, by itself or by its name. */
  #scheduled(reader: OptionReader, task: unknown): RegisteredTask {
    if (task instanceof Task && appOf(task) === this) return this.#registry.get(task.name) ?? this.#stranger(task.name);
    if (isName(task)) return this.#registry.get(task) ?? this.#stranger(task);
    reader.mistake(
      task instanceof Task
        ? `task is "${task.name}" of another app: register it here, or give its name`
        : `task is ${show(task)}: give what app.task() returned, or the name of a task of other processes`,
    );
    return this.#stranger("task");
  }

  #stranger(name: string): RegisteredTask {
    if (!isName(name))
      throw new NameInvalid(
        `${JSON.stringify(name)} is not the name of a task: 1 to 200 characters, no control characters.`,
      );
    return new Registry(this.settings.task).register({ name }, callerPlace());
  }
}

/** Callers without types may pass anything, nothing included: what is no definition is told so by the registry. */
function isDefinition(
  given: AnyTaskOptions | TaskDefinition<unknown, unknown>,
): given is TaskDefinition<unknown, unknown> {
  return typeof given === "object" && given !== null && "definition" in given;
}

/** What tasks and results hold: always the app's present connection. */
function followed(connection: () => Connection): TaskSource {
  return {
    get engine() {
      return connection().engine;
    },
    get clock() {
      return connection().clock;
    },
    get watcher() {
      return connection().watcher;
    },
    get pusher() {
      return connection().pusher;
    },
    get settings() {
      return connection().settings;
    },
    get attend() {
      return connection().attend;
    },
    waitAside,
  };
}

/**
 * Makes an app. Its engine is named by `url`, else by `LOVAGE_URL`, else it is the file `lovage.db` in the current folder.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes; EngineUnknown (`ENGINE_UNKNOWN`); NodeTooOld
 *   (`NODE_TOO_OLD`)
 *
 * @example
 * export const app = lovage({ url: "sqlite:jobs.db" });
 */
export function lovage(options: LovageOptions = {}): App {
  return new App(options);
}
