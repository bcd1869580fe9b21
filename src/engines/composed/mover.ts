import type { Archive, FinishedJob } from "../../engine/index.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { LovageError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/logger.ts";

// Two steps of one batch hold each store for some 20 ms.
const BATCH = 500;
// So that the two calls that bound a sweep, a prune and a timer, come to an end: 50,000 jobs.
const BATCHES_PER_SWEEP = 100;
// Errors of a store that is away or full: another job would fare no better.
const STORE_ERROR = /^(ENGINE|STORAGE|SCHEMA)_/;

export interface MoverParts {
  readonly broker: Archive;
  /** Resolves when the jobs are stored; may be repeated. */
  readonly keep: (jobs: readonly FinishedJob[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly holdMs: number;
}

/** Moves finished jobs out of the broker: a while after their end, in batches, each stored before it is dropped. */
export class Mover {
  readonly #parts: MoverParts;
  #timer: Timer | undefined;
  #running = false;
  #failing = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: MoverParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#turn;
  }

  /** Jobs have ended: they are moved when they have stood for long enough. */
  wake(): void {
    if (this.#timer !== undefined || !this.#running) return;
    const { clock, holdMs } = this.#parts;
    // Spread, so that workers that are busy together do not move the same jobs.
    const delayMs = holdMs * (1 + Math.random());
    const callback = (): void => {
      this.#timer = undefined;
      void this.sweep();
    };
    this.#timer = clock.setTimer(delayMs, callback, { background: true });
  }

  /** Moves what has ended long enough ago; tells the log, once, when it cannot. */
  async sweep(): Promise<void> {
    try {
      for (let batch = 0; batch < BATCHES_PER_SWEEP && this.#running; batch += 1) {
        if (!(await this.apart(() => this.#moveBatch()))) break;
      }
      this.#tellOfEnd();
    } catch (error) {
      this.tellOf(error);
    }
  }

  /** Runs the body while this process moves nothing. */
  apart<Result>(body: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(body);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Says once that the results cannot be reached, until they can. */
  tellOf(error: unknown): void {
    if (this.#failing || !this.#running) return;
    this.#failing = true;
    this.#parts.logger.log("error", "finished jobs cannot be moved to the results store; they wait in the broker", {
      error,
    });
  }

  #tellOfEnd(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#parts.logger.log("info", "finished jobs are moved to the results store again");
  }

  /** Says whether there may be more. */
  async #moveBatch(): Promise<boolean> {
    const { broker, holdMs } = this.#parts;
    const jobs = await broker.ended({ max: BATCH, forMs: holdMs });
    if (jobs.length === 0) return false;
    const kept = await this.#keep(jobs);
    const { dropped } = await broker.drop(kept.map(({ record: { id, version } }) => ({ id, version })));
    // Where others were faster with most of them, they go on.
    return jobs.length === BATCH && dropped > BATCH / 2;
  }

  /** Gives those that were stored: one that the results store refuses for its own sake stays, and holds up no other. */
  async #keep(jobs: readonly FinishedJob[]): Promise<readonly FinishedJob[]> {
    try {
      await this.#parts.keep(jobs);
      return jobs;
    } catch (error) {
      if (isOfStore(error)) throw error;
      return this.#keepOneByOne(jobs);
    }
  }

  async #keepOneByOne(jobs: readonly FinishedJob[]): Promise<readonly FinishedJob[]> {
    const kept: FinishedJob[] = [];
    for (const job of jobs) {
      try {
        await this.#parts.keep([job]);
        kept.push(job);
      } catch (error) {
        if (isOfStore(error)) throw error;
        const { id, task } = job.record;
        this.#parts.logger.log("error", "the results store refuses a job; it stays in the broker", { id, task, error });
      }
    }
    return kept;
  }
}

function isOfStore(error: unknown): boolean {
  return !(error instanceof LovageError) || STORE_ERROR.test(error.code);
}
