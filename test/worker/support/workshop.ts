import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Engine, instrument, withHints } from "../../../src/engine/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import type { LogFields, Logger, LogLevel } from "../../../src/kernel/logger.ts";
import { Metrics } from "../../../src/kernel/metrics.ts";
import {
  type AppOptions,
  type FailedAttempt,
  readAppOptions,
  type Settings,
  type WorkerOptions,
} from "../../../src/kernel/options/index.ts";
import {
  type AnyTaskOptions,
  AsyncResult,
  type PlainTaskOptions,
  Pusher,
  Registry,
  type SchemaTaskOptions,
  Task,
  type TaskSource,
  Watcher,
} from "../../../src/tasks/index.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import { Worker } from "../../../src/worker/index.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what is logged. */
export class LogBook implements Logger {
  readonly lines: LogLine[] = [];

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields });
  }

  find(text: string): LogLine[] {
    return this.lines.filter(({ message }) => message.includes(text));
  }
}

/** What an app would wire together: a memory engine, a clock that the test moves, tasks and workers. */
export class Workshop {
  readonly clock: FakeClock = new FakeClock();
  readonly log: LogBook = new LogBook();
  readonly metrics: Metrics = new Metrics();
  readonly failures: FailedAttempt[] = [];
  readonly engine: Engine;
  readonly settings: Settings;
  readonly #registry: Registry;
  readonly #source: TaskSource;
  readonly #workers: Worker[] = [];

  constructor(options: AppOptions = {}, wrap: (engine: Engine) => Engine = (engine) => engine) {
    this.settings = readAppOptions(options, {}, []);
    this.engine = instrument(withHints(wrap(createMemoryEngine({ clock: this.clock })), this.clock), this.metrics);
    this.#registry = new Registry(this.settings.task);
    const { engine, clock, settings } = this;
    this.#source = {
      ...{ engine, clock, settings },
      watcher: new Watcher(engine, clock, this.log),
      pusher: new Pusher(engine, clock, settings, this.metrics),
    };
  }

  task<Schema extends StandardSchemaV1, Output = unknown>(
    options: SchemaTaskOptions<Schema, Output>,
  ): Task<StandardSchemaV1.InferInput<Schema>, Output>;
  task<Input = void, Output = unknown>(options: PlainTaskOptions<Input, Output>): Task<Input, Output>;
  task<Input, Output>(options: AnyTaskOptions): Task<Input, Output> {
    return new Task<Input, Output>(this.#registry.register(options, "test"), this.#source);
  }

  /** Stores a job as it is, past the checks of `delay`. */
  async pushRaw(job: Partial<NewJob> & Pick<NewJob, "id" | "task">): Promise<void> {
    const rest = { queue: "default", priority: 5, input: undefined, headers: undefined, due: undefined } as const;
    const jobs: NewJob[] = [{ ...rest, expires: undefined, ack: "late", key: undefined, ...job }];
    await this.engine.start();
    await this.engine.jobs.push([{ jobs, maxDepth: {}, deadlineAt: Number.POSITIVE_INFINITY }]);
  }

  result(id: string): AsyncResult<unknown> {
    return new AsyncResult(id, this.#source);
  }

  worker(options: WorkerOptions = {}, onError?: (failure: FailedAttempt) => void): Worker {
    const { engine, clock, settings, metrics } = this;
    const worker = new Worker(
      {
        ...{ engine, clock, settings, metrics, logger: this.log, registry: this.#registry },
        roster: new Set(),
        onError: onError ?? ((failure) => this.failures.push(failure)),
      },
      options,
    );
    this.#workers.push(worker);
    return worker;
  }

  /** The counter or gauge of this name, summed over its labels. */
  metric(name: string): number {
    const samples = this.metrics.samples().filter((sample) => sample.name === name);
    return samples.reduce((sum, sample) => sum + ("value" in sample ? sample.value : sample.count), 0);
  }

  /** Ends what a test left running; the clock is moved until the shutdown is through. */
  async close(): Promise<void> {
    let over = false;
    const stopped = Promise.all(this.#workers.map((worker) => worker.abort())).then(() => {
      over = true;
    });
    for (let round = 0; round < 100 && !over; round += 1) await this.clock.advance(100);
    await stopped;
    await this.#source.watcher.close();
    await this.engine.stop();
  }
}

/** The engine with some operations of one part replaced. */
export function replacing<Name extends "jobs" | "liveness" | "upkeep" | "bus" | "inspect">(
  engine: Engine,
  name: Name,
  replacements: Partial<Engine[Name]>,
): Engine {
  return { ...engine, [name]: { ...engine[name], ...replacements } };
}
