import { onTestFinished } from "vitest";
import { type App, lovage } from "../../../src/app/index.ts";
import type { Engine } from "../../../src/engine/index.ts";
import { createMemoryEngine } from "../../../src/engines/memory/index.ts";
import type { JobRecord } from "../../../src/kernel/job.ts";
import type { LogFields, LogLevel } from "../../../src/kernel/logger.ts";
import type { Context, Task } from "../../../src/tasks/index.ts";
import { FakeClock } from "../../../src/testing/clock.ts";
import type { Worker } from "../../../src/worker/index.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** One run of a job of a schedule. */
export interface Run {
  readonly schedule: string | undefined;
  /** The instant that it was planned for, as `00:00:10`. */
  readonly planned: string;
  /** When it started, the same way. */
  readonly started: string;
  readonly id: string;
}

/** An app in memory with a clock that the test moves, real workers, and a task that notes its runs. */
export class Planner {
  readonly clock: FakeClock = new FakeClock();
  readonly log: LogLine[] = [];
  readonly runs: Run[] = [];
  readonly engine: Engine;
  readonly app: App;
  readonly note: Task<string | undefined, void>;
  /** What a run waits for. */
  hold: Promise<unknown> = Promise.resolve();
  readonly #workers: Worker[] = [];

  constructor(wrap: (engine: Engine) => Engine = (engine) => engine, clockOfProcess: FakeClock = this.clock) {
    this.engine = wrap(createMemoryEngine({ clock: this.clock }));
    const log = (level: LogLevel, message: string, fields: LogFields = {}) => this.log.push({ level, message, fields });
    this.app = lovage({ engine: this.engine, clock: clockOfProcess, logger: { log } });
    this.note = this.app.task({ name: "note", run: (_input: string | undefined, context) => this.#run(context) });
    onTestFinished(() => this.#close());
  }

  async #run({ headers, id }: Context): Promise<void> {
    const planned = headers["lovage-scheduled-at"] ?? "";
    const run = { schedule: headers["lovage-schedule"], planned: planned.slice(11, 19), started: this.time(), id };
    this.runs.push(run);
    await this.hold;
  }

  /** The time of day of the engine's clock. */
  time(): string {
    return new Date(this.clock.now()).toISOString().slice(11, 19);
  }

  async start(): Promise<Worker> {
    const worker = this.app.worker();
    this.#workers.push(worker);
    await worker.start();
    return worker;
  }

  /** Stops a worker; the clock moves until it has. */
  async stop(worker: Worker): Promise<void> {
    let over = false;
    const stopped = worker.stop({ grace: 0 }).then(() => {
      over = true;
    });
    while (!over) await this.clock.advance(1);
    await stopped;
  }

  /** The instants that jobs were planned for, in the order of their runs. */
  planned(schedule?: string): string[] {
    return this.runs.filter((run) => schedule === undefined || run.schedule === schedule).map(({ planned }) => planned);
  }

  jobs(): Promise<readonly JobRecord[]> {
    return this.engine.inspect.list({ filter: {}, cursor: undefined, limit: 10_000 });
  }

  found(text: string): LogLine[] {
    return this.log.filter(({ message }) => message.includes(text));
  }

  async #close(): Promise<void> {
    for (const worker of this.#workers) await this.stop(worker);
    await this.app.close();
  }
}
