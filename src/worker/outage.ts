import type { Clock } from "../kernel/clock.ts";
import { formatDuration } from "../kernel/duration.ts";
import { toErrorRecord } from "../kernel/error-record.ts";
import type { Logger } from "../kernel/logger.ts";

/**
 * Knows whether the engine answers, and says so once when it stops and once when it is back: a worker that tries every
 * second would fill the log with the same line.
 */
export class Outage {
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** The operations that fail at present. */
  readonly #failing = new Set<string>();
  readonly #told = new Set<string>();
  #sinceMs = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get active(): boolean {
    return this.#failing.size > 0;
  }

  failed(operation: string, error: unknown): void {
    const { name, code, message } = toErrorRecord(error);
    if (this.#failing.size === 0) this.#sinceMs = this.#clock.monotonic();
    this.#failing.add(operation);
    // Another kind of failure is news; the same one from another operation is not.
    if (this.#told.has(code ?? name)) return;
    this.#told.add(code ?? name);
    this.#logger.log("error", "the engine does not answer as it should; the worker goes on trying", {
      operation,
      code,
      error: message,
    });
  }

  succeeded(operation: string): void {
    if (!this.#failing.delete(operation) || this.#failing.size > 0) return;
    this.#told.clear();
    const lasted = formatDuration(this.#clock.monotonic() - this.#sinceMs);
    this.#logger.log("info", "the engine answers again", { lasted });
  }
}
