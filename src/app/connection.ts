import { type Engine, instrument, withHints } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { EngineClosed } from "../kernel/errors.ts";
import { guardedLogger } from "../kernel/guarded-logger.ts";
import type { Lifecycle } from "../kernel/lifecycle.ts";
import type { Logger } from "../kernel/logger.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { Settings } from "../kernel/options/index.ts";
import { type Attend, Pusher, type TaskSource, Watcher } from "../tasks/index.ts";

/** What an app runs on. */
export interface AppParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Is told of every `get()` that waits. */
  readonly attend?: Attend | undefined;
}

/** An app's way to one engine: what pushes, reads, watches and works there, and ends together. */
export class Connection implements TaskSource {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly attend: Attend | undefined;
  readonly watcher: Watcher;
  readonly pusher: Pusher;
  /** The workers that run. */
  readonly roster: Set<Lifecycle> = new Set();
  #closed = false;

  constructor(parts: AppParts, settings: Settings, metrics: Metrics) {
    this.engine = this.#untilClosed(instrument(withHints(parts.engine, parts.clock), metrics));
    this.clock = parts.clock;
    this.logger = parts.logger;
    this.settings = settings;
    this.attend = parts.attend;
    this.watcher = new Watcher(this.engine, this.clock, guardedLogger(this.logger));
    this.pusher = new Pusher(this.engine, this.clock, settings, metrics);
  }

  /** Stops the workers, ends every wait and closes the engine, for good. */
  async close(): Promise<void> {
    // What runs to its end may still push and ask.
    await Promise.all([...this.roster].map((worker) => worker.stop()));
    this.#closed = true;
    await this.watcher.close();
    await this.engine.stop();
  }

  /** Everyone opens the engine before using it: a straggler after the end must not open it again. */
  #untilClosed(engine: Engine): Engine {
    return {
      ...engine,
      start: async () => {
        if (this.#closed) {
          throw new EngineClosed("The app was closed: push and ask before close(), or make a new app by lovage().");
        }
        await engine.start();
      },
    };
  }
}
