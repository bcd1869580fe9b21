import type { Engine, Subscription } from "../engine/index.ts";
import { type Clock, sleep } from "../kernel/clock.ts";
import { EngineClosed } from "../kernel/errors.ts";
import type { JobChange, JobRecord } from "../kernel/job.ts";
import type { Logger } from "../kernel/logger.ts";
import { TurnBatch } from "../kernel/turn-batch.ts";

// A change that no hint told of is seen after so long: well within the promised 5 s.
const SAFETY_READ_MS = 2_000;
const MAX_READ = 500;

/** Called with the job as it stands, `undefined` where it is not there, or the reason why it cannot be read any more. */
export type JobListener = (record: JobRecord | undefined | EngineClosed) => void;

/**
 * Watches the jobs that this process awaits, all of them by one subscription and one batched safety read.
 * It first subscribes, then reads, so nothing falls between.
 */
export class Watcher {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #reads: TurnBatch<string, JobRecord | undefined>;
  readonly #listeners = new Map<string, Set<JobListener>>();
  #subscription: Promise<Subscription> | undefined;
  #safety: AbortController | undefined;
  #closed = false;

  constructor(engine: Engine, clock: Clock, logger: Logger) {
    this.#engine = engine;
    this.#clock = clock;
    this.#logger = logger;
    this.#reads = new TurnBatch((ids) => this.#engine.inspect.get(ids), MAX_READ);
  }

  /** Reads one job, together with whatever else is read in this turn. */
  async read(id: string): Promise<JobRecord | undefined> {
    await this.#engine.start();
    return this.#reads.add(id);
  }

  /**
   * Tells the listener of the job now, and again after every change it hears of, until the returned function is called.
   * Rejects when the job cannot be read at first; later failures of the engine are outlasted.
   */
  async watch(id: string, listener: JobListener): Promise<() => void> {
    if (this.#closed) throw closedError();
    const stop = this.#add(id, listener);
    try {
      await this.#subscribe();
      listener(await this.read(id));
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** Ends every watch: listeners are told that the engine is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const listeners of [...this.#listeners.values()])
      for (const listener of [...listeners]) listener(closedError());
    this.#listeners.clear();
    await this.#unsubscribe();
  }

  #add(id: string, listener: JobListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  async #subscribe(): Promise<void> {
    if (this.#subscription === undefined) {
      this.#subscription = this.#engine.start().then(() => this.#engine.jobs.changes((changes) => this.#hear(changes)));
      this.#safety = new AbortController();
      void this.#readForSafety(this.#safety.signal);
    }
    const subscription = this.#subscription;
    await subscription.catch((error: unknown) => {
      if (this.#subscription === subscription) void this.#unsubscribe();
      throw error;
    });
  }

  #hear(changes: readonly JobChange[]): void {
    for (const change of changes) {
      if (!this.#listeners.has(change.id)) continue;
      const { id, record } = change;
      if (record === undefined) void this.#refresh(id);
      else this.#tell(id, record);
    }
  }

  #tell(id: string, record: JobRecord | undefined): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener(record);
  }

  async #refresh(id: string): Promise<void> {
    try {
      this.#tell(id, await this.#reads.add(id));
    } catch (error) {
      // An engine that is away comes back: the next safety read asks again.
      this.#logger.log("debug", "a watched job could not be read", { id, error });
    }
  }

  /** Looks at every awaited job now and then; when none was awaited for a whole round, the subscription ends. */
  async #readForSafety(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#clock, SAFETY_READ_MS, signal);
      if (signal.aborted) return;
      if (this.#listeners.size === 0) return void (await this.#unsubscribe());
      await Promise.all([...this.#listeners.keys()].map((id) => this.#refresh(id)));
    }
  }

  async #unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#safety?.abort();
    this.#safety = undefined;
    // A subscription that was refused has told its callers; there is nothing to close.
    await subscription?.then(
      (active) => active.close(),
      () => {},
    );
  }
}

function closedError(): EngineClosed {
  return new EngineClosed("The app was closed while this job was awaited; ask again from an open app.");
}
