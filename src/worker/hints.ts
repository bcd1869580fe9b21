import { BEAT_TOPIC, type Bus, DUE_TOPIC, SCHEDULE_TOPIC, type Subscription } from "../engine/index.ts";
import type { Payload } from "../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../kernel/lifecycle.ts";

export interface HintParts {
  readonly bus: Bus;
  /** A job was scheduled, here or in another process, that is due so soon. */
  readonly onDue: (delayMs: number) => void;
  /** A schedule was made or changed, here or in another process, that is due so soon. */
  readonly onScheduleDue: (delayMs: number) => void;
  /** Somebody may have asked for the end of a running job. */
  readonly onBeatWanted: () => void;
}

/** Listens to the hints of other processes. */
export class Hints implements Lifecycle {
  readonly #parts: HintParts;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  #subscriptions: Subscription[] = [];

  constructor(parts: HintParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  async #begin(): Promise<void> {
    const { bus, onDue, onScheduleDue, onBeatWanted } = this.#parts;
    this.#subscriptions = await Promise.all([
      bus.subscribe(DUE_TOPIC, withDelay(onDue)),
      bus.subscribe(SCHEDULE_TOPIC, withDelay(onScheduleDue)),
      bus.subscribe(BEAT_TOPIC, onBeatWanted),
    ]);
  }

  async #end(): Promise<void> {
    // A subscription that cannot be closed belongs to an engine that is gone, and it with it.
    await Promise.allSettled(this.#subscriptions.splice(0).map((subscription) => subscription.close()));
  }
}

function withDelay(listener: (delayMs: number) => void): (message: Payload) => void {
  return (message) => {
    const delayMs = typeof message === "string" ? Number(message) : Number.NaN;
    if (Number.isFinite(delayMs) && delayMs >= 0) listener(delayMs);
  };
}
