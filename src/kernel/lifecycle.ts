/**
 * The promise of everything that owns a loop, timer, socket or child:
 * `start()` resolves when it runs; `stop()` resolves when nothing of it is left. Both may be called any number of
 * times and in any order: a second start while running and a stop while stopped do nothing, and a stop during a start
 * waits for it and then stops.
 */
export interface Lifecycle {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps the promise of `Lifecycle` for an owner that says only how to begin and how to end. Calls take effect one
 * after the other, so the last one decides; a failure is told to those who asked for that step and to nobody else.
 */
export class LifecycleGuard implements Lifecycle {
  readonly #begin: () => Promise<void>;
  readonly #end: () => Promise<void>;
  #running = false;
  /** The latest step asked for, until it is done. */
  #latest: Step | undefined;

  constructor(begin: () => Promise<void>, end: () => Promise<void>) {
    this.#begin = begin;
    this.#end = end;
  }

  /** True from the call of `start()`, unless it fails, to the call of `stop()`. */
  get started(): boolean {
    return this.#latest === undefined ? this.#running : this.#latest.kind === "start";
  }

  start(): Promise<void> {
    return this.#ask("start", async () => {
      if (this.#running) return;
      await this.#begin();
      this.#running = true;
    });
  }

  stop(): Promise<void> {
    return this.#ask("stop", async () => {
      if (!this.#running) return;
      try {
        await this.#end();
      } finally {
        this.#running = false;
      }
    });
  }

  #ask(kind: Step["kind"], run: () => Promise<void>): Promise<void> {
    if (this.#latest?.kind === kind) return this.#latest.done;
    // How the step before ended is the business of those who asked for it.
    const done = this.#latest === undefined ? run() : this.#latest.done.then(run, run);
    const step: Step = { kind, done };
    this.#latest = step;
    const forget = (): void => {
      if (this.#latest === step) this.#latest = undefined;
    };
    done.then(forget, forget);
    return done;
  }
}

interface Step {
  readonly kind: "start" | "stop";
  readonly done: Promise<void>;
}
