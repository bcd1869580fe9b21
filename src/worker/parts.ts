import type { Engine } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Lifecycle } from "../kernel/lifecycle.ts";
import type { Logger } from "../kernel/logger.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { FailedAttempt, Settings } from "../kernel/options/index.ts";
import type { Registry } from "../tasks/index.ts";

/** Makes jobs of what happens by the clock. */
export interface Beat {
  /** Makes the engine know what the code defines; is called once, before the first beat. */
  begin(): Promise<void>;
  /**
   * Pushes what is due, harmless when several workers do it at once. `nextDueInMs`: until there is more to push, by the
   * engine's clock; `undefined`: nothing will be due.
   */
  beat(): Promise<{ readonly pushed: number; readonly nextDueInMs: number | undefined }>;
}

/** What an app hands to its workers. */
export interface WorkerParts {
  /** The worker opens it, and leaves closing it to its owner. */
  readonly engine: Engine;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: Settings;
  /** Absent: this worker leaves schedules to others. */
  readonly beat?: Beat | undefined;
  /** Called after every failed attempt; what it throws is logged. */
  readonly onError?: ((failure: FailedAttempt) => void) | undefined;
  /** Holds each worker from its start to its stop, for whoever must end them all. */
  readonly roster: Set<Lifecycle>;
}
