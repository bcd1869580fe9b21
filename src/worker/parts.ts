import type { Engine } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Lifecycle } from "../kernel/lifecycle.ts";
import type { Logger } from "../kernel/logger.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { FailedAttempt, Settings } from "../kernel/options/index.ts";
import type { Registry } from "../tasks/index.ts";

/** What an app hands to its workers. */
export interface WorkerParts {
  /** The worker opens it, and leaves closing it to its owner. */
  readonly engine: Engine;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: Settings;
  /** Called after every failed attempt; what it throws is logged. */
  readonly onError?: ((failure: FailedAttempt) => void) | undefined;
  /** Holds each worker from its start to its stop, for whoever must end them all. */
  readonly roster: Set<Lifecycle>;
}
