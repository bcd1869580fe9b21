import type { Jobs, ProgressUpdate } from "../../engine/index.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { encodeJson, type Json } from "../../kernel/json.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { Attempt } from "./attempt.ts";
import { runOutside } from "./run-context.ts";

// After a failure the latest values are sent again: progress that nobody sees for a second harms nobody.
const REPEAT_MS = 1_000;

export interface ProgressParts {
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limitBytes: number;
}

/** Sends the progress of running jobs: the latest value of each, those of one turn together, one call at a time. */
export class ProgressReporter {
  readonly #parts: ProgressParts;
  #latest = new Map<Attempt, ProgressUpdate>();
  #scheduled = false;
  #sending = false;
  #repeat: Timer | undefined;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
  }

  /** @throws NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`) */
  report(attempt: Attempt, value: Json): void {
    const what = `The progress of task "${attempt.job.task}"`;
    const progress = encodeJson(value, { what, limitBytes: this.#parts.limitBytes });
    if (progress === undefined || attempt.ended) return;
    const { id, fence, receipt } = attempt.job;
    this.#latest.set(attempt, { id, fence, receipt, progress });
    if (this.#scheduled || this.#repeat !== undefined) return;
    this.#scheduled = true;
    runOutside(() => setImmediate(() => this.#sendTurn()));
  }

  /** Sends what waits now: before a settlement, which would make a later update of the same job void. */
  flush(): void {
    if (this.#latest.size === 0 || this.#repeat !== undefined) return;
    const updates = this.#latest;
    this.#latest = new Map();
    void this.#send(updates);
  }

  /** Forgets what waits. */
  stop(): void {
    this.#latest.clear();
    this.#repeat?.cancel();
    this.#repeat = undefined;
  }

  #sendTurn(): void {
    this.#scheduled = false;
    if (!this.#sending) this.flush();
  }

  async #send(updates: Map<Attempt, ProgressUpdate>): Promise<void> {
    this.#sending = true;
    try {
      await this.#parts.jobs.progress([...updates.values()]);
      this.#sending = false;
      this.flush();
    } catch (error) {
      this.#sending = false;
      this.#parts.logger.log("debug", "progress could not be sent, it will be sent again", { error });
      this.#keep(updates);
    }
  }

  #keep(updates: Map<Attempt, ProgressUpdate>): void {
    for (const [attempt, update] of updates)
      if (!attempt.ended && !this.#latest.has(attempt)) this.#latest.set(attempt, update);
    if (this.#latest.size === 0) return;
    this.#repeat ??= this.#parts.clock.setTimer(REPEAT_MS, () => {
      this.#repeat = undefined;
      this.flush();
    });
  }
}
