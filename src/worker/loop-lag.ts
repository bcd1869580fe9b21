import { formatDuration } from "../kernel/duration.ts";
import type { Logger } from "../kernel/logger.ts";
import type { BoundGauge, Metrics } from "../kernel/metrics.ts";
import type { Attempt } from "./run/attempt.ts";

const MAX_NAMED = 10;

export interface LoopLagParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly warningMs: number;
  readonly running: () => Iterable<Attempt>;
}

/** Warns when the event loop was blocked, and names the tasks that ran meanwhile: one of them blocked it. */
export class LoopLag {
  readonly #parts: LoopLagParts;
  readonly #lagSeconds: BoundGauge;
  /** Tasks of attempts that have ended since the last look, after running for as long as a block worth a warning. */
  readonly #ended = new Set<string>();

  constructor(parts: LoopLagParts) {
    this.#parts = parts;
    this.#lagSeconds = parts.metrics
      .gauge({ name: "lovage_event_loop_lag_seconds", help: "By how much the event loop's latest turn was late." })
      .bind({});
  }

  /** An attempt has ended: if it blocked the loop, the loop notices only now. */
  noteEnd(attempt: Attempt, runMs: number): void {
    if (runMs >= this.#parts.warningMs) this.#ended.add(attempt.job.task);
  }

  look(lateMs: number): void {
    this.#lagSeconds.set(lateMs / 1_000);
    if (lateMs >= this.#parts.warningMs) this.#warn(lateMs);
    this.#ended.clear();
  }

  #warn(lateMs: number): void {
    for (const { job } of this.#parts.running()) this.#ended.add(job.task);
    const tasks = [...this.#ended];
    this.#parts.logger.log(
      "warn",
      "the event loop was blocked: every job of this process waited; move long synchronous work to a thread",
      { blocked: formatDuration(lateMs), tasks: tasks.length === 0 ? "none" : tasks.slice(0, MAX_NAMED).join(", ") },
    );
  }
}
