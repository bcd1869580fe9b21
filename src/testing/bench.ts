// Its own declarations name AsyncDisposable, which a project's "lib" and "types" need not have.
/// <reference lib="esnext.disposable" preserve="true" />
import { AssertionError } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { type App, appOf, lovage } from "../app/index.ts";
import type { Engine } from "../engine/index.ts";
import { createMemoryEngine } from "../engines/memory/index.ts";
import type { Duration } from "../kernel/duration.ts";
import { OptionsInvalid, StateConflict } from "../kernel/errors.ts";
import type { LogFields, LogLevel } from "../kernel/logger.ts";
import { OptionReader } from "../kernel/options/index.ts";
import { isFinished } from "../kernel/state.ts";
import { SCHEDULE_KIND } from "../schedule/index.ts";
import type { AwaitedJob, CallArguments, JobSnapshot, Task } from "../tasks/index.ts";
import { combineOutcomes, currentJob, noOutcomes, type OutcomeCounts, type Worker } from "../worker/index.ts";
import { FakeClock } from "./clock.ts";
import { HandlerWaits } from "./handler-waits.ts";
import { type ExpectedInput, findPushes, type PushExpectation } from "./push-expectation.ts";
import { type RecordedPush, Recorder } from "./recorder.ts";
import { runAlone } from "./run-alone.ts";

// A task that snoozes or is retried for ever would never let `drain({ until: "idle" })` end.
const MAX_ROUNDS = 1_000;

/** A line that the app logged. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** How `run()` runs a job. */
export interface RunOptions {
  /** The id that the handler sees. The same id again is the same job, delivered once more. Default: a new one. */
  readonly id?: string;
}

const benches = new WeakMap<App, TestBench>();

/**
 * Puts an app under test: until `close()`, its tasks push into memory and its clock stands still; nothing runs before
 * `drain()` says so or somebody waits for a result, no thread is started and no file is opened. The app may be your own, as it is exported by the
 * module that defines your tasks. Works with any test runner.
 *
 * @throws StateConflict (`STATE_CONFLICT`) when the app is under test already.
 *
 * @example
 * import { app, placeOrder, sendReceipt } from "../src/tasks.ts";
 *
 * let bench: TestBench;
 * beforeEach(() => { bench = testing(app); });
 * afterEach(() => bench.close());
 *
 * test("an order is confirmed by mail", async () => {
 *   await placeOrder.delay({ orderId: 7 });
 *   await bench.drain();
 *   bench.expectPushed(sendReceipt, { orderId: 7 }, { countdown: "5m" });
 * });
 */
export function testing(app: App = lovage({ url: "memory:" })): TestBench {
  return new TestBench(app);
}

/** The bench that an app is on. */
export function benchOf(app: App): TestBench | undefined {
  return benches.get(app);
}

/** An app under test. `testing()` makes it. */
export class TestBench implements AsyncDisposable {
  readonly app: App;
  /** The app's clock, which moves when a test moves it. */
  readonly clock: FakeClock = new FakeClock();
  /** What the app and its workers logged. */
  readonly log: LogLine[] = [];
  readonly #engine: Engine;
  readonly #recorder: Recorder;
  readonly #restore: () => Promise<void>;
  /** What drains, or lets time pass. */
  readonly #working = new Set<Promise<unknown>>();
  readonly #handlerWaits: HandlerWaits;
  #closed = false;

  constructor(app: App) {
    this.app = app;
    this.#engine = createMemoryEngine({ clock: this.clock });
    this.#handlerWaits = new HandlerWaits(this.#engine, this.clock);
    this.#recorder = new Recorder(this.#engine, this.clock);
    const logger = {
      log: (level: LogLevel, message: string, fields: LogFields = {}) => void this.log.push({ level, message, fields }),
    };
    const attend = (job: AwaitedJob): Promise<void> => this.#attend(job);
    this.#restore = app.substitute({ engine: this.#recorder.engine, clock: this.clock, logger, attend });
    benches.set(app, this);
  }

  /**
   * Runs what is ready now, and what that makes ready at once. Delayed jobs and retries wait until the clock has moved:
   * with `until: "idle"` it is moved to each next due time, until no job is left that can run; schedules happen on the way,
   * and are not waited for.
   *
   * @throws AssertionError when jobs are still being scheduled after 1,000 due times.
   */
  async drain(options: { readonly until?: "now" | "idle" } = {}): Promise<OutcomeCounts> {
    const reader = new OptionReader();
    reader.knownKeys("", options, ["until"]);
    const until = reader.choice("until", options.until, "now", ["now", "idle"]);
    reader.finish("The options of drain() do not fit");
    return this.#alone(this.#drainUntil(until === "now" ? this.clock.now() : Number.POSITIVE_INFINITY));
  }

  /**
   * Lets time pass as if a worker ran all the while: each job and each schedule's occurrence runs when it is due, and
   * what is ready runs first.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) when `duration` is not one; AssertionError as `drain` does.
   *
   * @example
   * await bench.advance("5m");
   */
  async advance(duration: Duration): Promise<OutcomeCounts> {
    const reader = new OptionReader();
    const untilMs = this.clock.now() + reader.durationMs("duration", duration, 0);
    reader.finish("advance() does not fit");
    return this.#alone(this.#advanceTo(untilMs));
  }

  /** Every job pushed so far, by callers and by handlers, in order; of one task, or of all. */
  pushed<Input>(task: Task<Input, unknown>): RecordedPush<Input>[];
  pushed(task?: string): RecordedPush[];
  pushed(task?: string | Task<never, unknown>): RecordedPush<unknown>[] {
    const name = typeof task === "object" ? task.name : task;
    return this.#recorder.pushes.filter((push) => name === undefined || push.task === name);
  }

  /**
   * Asserts that a job of this task was pushed: with these members of its input (at any depth), or an input for which
   * the function says true; and with these options. Gives the pushes that fit.
   *
   * @throws AssertionError listing what was pushed, and why each push does not fit.
   *
   * @example
   * bench.expectPushed(sendMail, { userId: 7 }, { queue: "mail", times: 1 });
   * bench.expectPushed(sendMail, ({ userId }) => userId > 6);
   * bench.expectPushed("mail.send", undefined, { times: 0 });
   */
  expectPushed<Input>(
    task: Task<Input, unknown>,
    input?: ExpectedInput<Input>,
    options?: PushExpectation,
  ): RecordedPush<Input>[];
  expectPushed(task: string, input?: AnyExpectedInput, options?: PushExpectation): RecordedPush[];
  expectPushed(
    task: string | Task<never, unknown>,
    input?: unknown,
    options: PushExpectation = {},
  ): RecordedPush<unknown>[] {
    const name = typeof task === "object" ? task.name : task;
    return findPushes(this.#recorder.pushes, { task: name, input, options });
  }

  /**
   * Runs one job of this task now, alone and beside the others, and tells how its attempt ended: the handler's unit
   * test. It is not listed by `pushed()`, and nothing is left of it; what it pushes is.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for a task of another app, or without `run`.
   *
   * @example
   * const { state } = await bench.run(placeOrder, { orderId: 7 });
   */
  async run<Input, Output>(
    task: Task<Input, Output>,
    ...[input, options]: CallArguments<Input, RunOptions>
  ): Promise<JobSnapshot<Output>> {
    if (appOf(task) !== this.app) {
      throw new OptionsInvalid(`Task "${task.name}" belongs to another app than the one under test.`);
    }
    return runAlone<Output>({ app: this.app, engine: this.#engine }, task.name, input, options?.id);
  }

  /** Gives the app its own engine, clock and logger back. What was pushed here is gone. */
  async close(): Promise<void> {
    benches.delete(this.app);
    this.#closed = true;
    await this.#restore();
    await this.#quiet();
  }

  /** `close()`, for `await using bench = testing(app)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Somebody waits for a job's end: lets time pass as `advance` does, until it has ended or they wait no longer. What
   * the test itself does meanwhile comes first.
   */
  async #attend({ id, timeoutMs, over }: AwaitedJob): Promise<void> {
    const untilMs = this.clock.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    const isOver = async (): Promise<boolean> => {
      if (over.aborted || this.#closed) return true;
      const [job] = await this.#engine.inspect.get([id]);
      return job === undefined || isFinished(job.state);
    };
    if (currentJob() !== undefined) {
      if ((await this.#handlerWaits.attend({ untilMs, isOver })) === "stuck") throw await this.#stuck(id);
      return;
    }
    await setImmediate();
    await this.#quiet();
    if (await isOver()) return;
    if (timeoutMs !== 0) await this.#alone(this.#drainUntil(untilMs, isOver));
    if (await isOver()) return;
    if (timeoutMs === undefined) throw await this.#stuck(id);
    await this.#alone(this.clock.advance(untilMs - this.clock.now()));
  }

  async #stuck(id: string): Promise<StateConflict> {
    const [job] = await this.#engine.inspect.get([id]);
    return new StateConflict(
      `Job ${id} of task "${job?.task}" is ${job?.state}, and nothing under test will end it: is its task defined with run, and its queue not paused?`,
      { details: { id, state: job?.state } },
    );
  }

  /** Resolves when nothing drains or lets time pass. */
  async #quiet(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled(this.#working);
  }

  async #alone<Value>(work: Promise<Value>): Promise<Value> {
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
    }
  }

  async #advanceTo(untilMs: number): Promise<OutcomeCounts> {
    const summary = await this.#drainUntil(untilMs);
    await this.clock.advance(untilMs - this.clock.now());
    return summary;
  }

  async #drainUntil(untilMs: number, isOver: () => Promise<boolean> = async () => false): Promise<OutcomeCounts> {
    let total = noOutcomes;
    for (let rounds = 0; rounds < MAX_ROUNDS; ) {
      const { outcomes } = await this.#worker().drain();
      total = combineOutcomes(total, outcomes, (sum, more) => sum + more);
      if (await isOver()) return total;
      const next = await this.#next(untilMs);
      if (next === undefined) return total;
      if (next.of === "job") rounds += 1;
      await this.clock.advance(next.inMs);
    }
    throw new AssertionError({
      message: `After ${MAX_ROUNDS} due times jobs are still being scheduled: does a task snooze, or is it retried, for ever?`,
      operator: "drain",
    });
  }

  /**
   * What is due next, until an instant. A schedule has no end: it is waited for only until an instant that has one, or on
   * the way to a job.
   */
  async #next(untilMs: number): Promise<{ readonly of: "job" | "schedule"; readonly inMs: number } | undefined> {
    await this.#engine.start();
    const { nextDueInMs: jobInMs } = await this.#engine.upkeep.promote({ max: 0 });
    const schedules = await this.#engine.records?.due({ kind: SCHEDULE_KIND, max: 0 });
    const restMs = Math.min(untilMs - this.clock.now(), Number.MAX_SAFE_INTEGER);
    const scheduleInMs = schedules?.nextDueInMs;
    if (scheduleInMs !== undefined && scheduleInMs < (jobInMs ?? restMs + 1) && scheduleInMs <= restMs) {
      if (jobInMs !== undefined || Number.isFinite(untilMs)) return { of: "schedule", inMs: scheduleInMs };
    }
    return jobInMs === undefined || jobInMs > restMs ? undefined : { of: "job", inMs: jobInMs };
  }

  /** After the end `app.worker()` would be one of the app's own engine. */
  #worker(): Worker {
    if (this.#closed) throw new StateConflict("This test bench was closed: make another one by testing(app).");
    return this.app.worker();
  }
}

/** What `expectPushed` takes for a task that is known by its name alone. */
export type AnyExpectedInput = object | string | number | boolean | null | ((input: unknown) => boolean);
