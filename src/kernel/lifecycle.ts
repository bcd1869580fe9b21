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

/** Keeps the promise of `Lifecycle` for an owner that says only how to begin and how to end. */
export class LifecycleGuard implements Lifecycle {
  readonly #begin: () => Promise<void>;
  readonly #end: () => Promise<void>;
  #running: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(begin: () => Promise<void>, end: () => Promise<void>) {
    this.#begin = begin;
    this.#end = end;
  }

  get started(): boolean {
    return this.#running !== undefined && this.#stopping === undefined;
  }

  async start(): Promise<void> {
    await this.#stopping;
    this.#running ??= this.#begin().catch((error: unknown) => {
      this.#running = undefined;
      throw error;
    });
    await this.#running;
  }

  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    this.#stopping ??= this.#finish(this.#running);
    await this.#stopping;
  }

  async #finish(running: Promise<void>): Promise<void> {
    try {
      // A start that failed has told its caller; there is nothing to end.
      if (
        await running.then(
          () => true,
          () => false,
        )
      )
        await this.#end();
    } finally {
      this.#running = undefined;
      this.#stopping = undefined;
    }
  }
}
