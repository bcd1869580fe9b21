import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { WorkerDescription } from "../engine/index.ts";
import type { Duration } from "../kernel/duration.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { guardedLogger } from "../kernel/guarded-logger.ts";
import { type Lifecycle, LifecycleGuard } from "../kernel/lifecycle.ts";
import { OptionReader, readWorkerOptions, type WorkerOptions, type WorkerSettings } from "../kernel/options/index.ts";
import { version } from "../kernel/version.ts";
import { Crew } from "./crew.ts";
import { type DrainReport, drain } from "./drain.ts";
import { Grace } from "./grace.ts";
import type { WorkerParts } from "./parts.ts";
import type { RecycleReason } from "./recycle.ts";
import { shutDown } from "./shutdown.ts";
import { startUp } from "./startup.ts";
import { noOutcomes, type OutcomeCounts } from "./tally.ts";

/** Where a worker is between its start and its stop. */
export type WorkerState = "stopped" | "starting" | "running" | "stopping";

/** A worker as it stands. */
export interface WorkerStatus {
  readonly id: string;
  readonly state: WorkerState;
  /** Jobs that run. */
  readonly running: number;
  /** Handlers that still run although their attempt was given up. */
  readonly leftRunning: number;
  /** Attempts since the start, by how they ended. */
  readonly outcomes: OutcomeCounts;
}

/** Why a worker ended. All but `stopped` mean that a fresh process should take its place. */
export type EndReason = "stopped" | RecycleReason;

export interface StopOptions {
  /** How long running handlers may take to finish. Default: the worker's option of this name. */
  readonly grace?: Duration;
}

/**
 * Claims jobs of the tasks that its app can run, and runs them, as many at once as its concurrency allows.
 *
 * @example
 * const worker = app.worker({ concurrency: 50, queues: ["mail"] });
 * await worker.start();
 * process.on("SIGTERM", () => worker.stop()); // `on`: npm delivers a signal twice, and the second would kill
 */
export class Worker implements Lifecycle {
  readonly id: string;
  readonly settings: WorkerSettings;
  readonly #parts: WorkerParts;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  #state: WorkerState = "stopped";
  #crew: Crew | undefined;
  #grace: Grace;
  #ended: PromiseWithResolvers<EndReason> = Promise.withResolvers();
  #endReason: EndReason = "stopped";

  /** @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes. */
  constructor(parts: WorkerParts, options: WorkerOptions) {
    const reader = new OptionReader();
    this.settings = readWorkerOptions(reader, "", options);
    reader.finish("The options of the worker do not fit");
    this.#parts = { ...parts, logger: guardedLogger(parts.logger) };
    this.#grace = new Grace(parts.clock);
    this.id = `${this.settings.name ?? hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
  }

  /** Resolves, once the worker was started and has ended, with the reason. */
  get ended(): Promise<EndReason> {
    return this.#ended.promise;
  }

  /** Whether it takes jobs: it has started, is not stopping, and the engine answers. */
  get ready(): boolean {
    return this.#state === "running" && this.#crew?.outage.active === false;
  }

  /** Whether it has started and has not ended. */
  get live(): boolean {
    return this.#state !== "stopped";
  }

  /** The worker as it stands; after its end, as it ended. */
  status(): WorkerStatus {
    const running = this.#crew?.executor.running.size ?? 0;
    const leftRunning = this.#crew?.executor.leftRunning ?? 0;
    const outcomes = this.#crew?.tally.outcomes() ?? noOutcomes;
    return { id: this.id, state: this.#state, running, leftRunning, outcomes };
  }

  /**
   * Opens the engine, registers, and begins to claim.
   * @throws OptionsInvalid (`OPTIONS_INVALID`) where the app has no task to run, or the process holds more than
   *   `maxMemoryBytes` already; the engine's errors where it cannot be reached.
   */
  start(): Promise<void> {
    return this.#guard.start();
  }

  /**
   * Stops warm: claims nothing more, lets running handlers finish for the time of grace, then aborts their signals and
   * gives their jobs back at once. A second call may shorten the grace.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`)
   *
   * @example
   * await worker.stop({ grace: "5s" });
   */
  async stop(options: StopOptions = {}): Promise<void> {
    const reader = new OptionReader();
    const { grace } = reader.knownKeys("", options, ["grace"]);
    const graceMs = reader.optionalDurationMs("grace", grace) ?? this.settings.graceMs;
    reader.finish("The options of stop() do not fit");
    // Without a shutdown under way or to come, the timer of the grace would be nobody's.
    if (this.#state !== "stopped") this.#grace.limit(graceMs);
    await this.#guard.stop();
  }

  /** Stops cold: gives running jobs back at once. Also ends a warm stop that is under way. */
  abort(): Promise<void> {
    return this.stop({ grace: 0 });
  }

  /**
   * Runs what is ready, and what becomes due at once meanwhile, then resolves: for cron jobs, serverless functions and
   * tests. It starts the worker, and stops it again, unless it was running before.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for a time-out that is none; all that `start()` throws.
   *
   * @example
   * const report = await app.worker().drain({ timeout: "50s" });
   */
  async drain(options: { readonly timeout?: Duration } = {}): Promise<DrainReport> {
    const reader = new OptionReader();
    const { timeout } = reader.knownKeys("", options, ["timeout"]);
    const timeoutMs = reader.optionalDurationMs("timeout", timeout);
    reader.finish("The options of drain() do not fit");
    const wasRunning = this.#guard.started;
    await this.start();
    const crew = this.#crew;
    if (crew === undefined) throw new OptionsInvalid("The worker was stopped while drain() began; drain it again.");
    try {
      return await drain(crew, timeoutMs);
    } finally {
      if (!wasRunning) await this.stop();
    }
  }

  async #begin(): Promise<void> {
    this.#state = "starting";
    this.#parts.roster.add(this);
    this.#endReason = "stopped";
    this.#ended = Promise.withResolvers();
    this.#grace.close();
    this.#grace = new Grace(this.#parts.clock);
    try {
      await this.#parts.engine.start();
      const crew = new Crew({
        ...{ parts: this.#parts, settings: this.settings, description: this.#describe() },
        onRecycle: (reason) => this.#recycle(reason),
      });
      await startUp(crew);
      this.#crew = crew;
      this.#state = "running";
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #recycle(reason: RecycleReason): void {
    if (this.#state !== "running") return;
    this.#endReason = reason;
    this.#parts.logger.log("info", "the worker has done enough and stops, to make room for a fresh process", {
      reason,
    });
    void this.#guard.stop();
  }

  async #end(): Promise<void> {
    this.#state = "stopping";
    // A worker that makes room for a fresh one is in no hurry: what runs is bounded by its time limits.
    if (this.#endReason === "stopped") this.#grace.limit(this.settings.graceMs);
    try {
      if (this.#crew !== undefined) await shutDown(this.#crew, this.#grace);
    } finally {
      this.#leave();
      this.#ended.resolve(this.#endReason);
    }
  }

  #leave(): void {
    this.#state = "stopped";
    this.#parts.roster.delete(this);
  }

  /** A process that is too large before its first job would be replaced for ever, and none would run. */
  #checkMemory(): void {
    const { maxMemoryBytes } = this.settings;
    const residentBytes = process.memoryUsage.rss();
    if (maxMemoryBytes === undefined || residentBytes < maxMemoryBytes) return;
    throw new OptionsInvalid(
      `The process holds ${residentBytes} bytes before its first job, and maxMemoryBytes is ${maxMemoryBytes}: raise it to what a process with running jobs may hold.`,
      { details: { residentBytes, maxMemoryBytes } },
    );
  }

  #describe(): WorkerDescription {
    const tasks = this.#parts.registry.all().filter(({ run }) => run !== undefined);
    if (tasks.length === 0)
      throw new OptionsInvalid(
        "The worker has no task to run: define one with app.task({ name, run }), and load its module before the worker starts.",
      );
    this.#checkMemory();
    const { queues, concurrency } = this.settings;
    return {
      id: this.id,
      host: hostname(),
      pid: process.pid,
      version,
      queues,
      tasks: tasks.map(({ name }) => name),
      concurrency,
    };
  }
}
