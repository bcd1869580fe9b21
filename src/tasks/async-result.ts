import type { Engine } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Duration } from "../kernel/duration.ts";
import { EngineClosed, JobNotFound, OptionsInvalid, ResultTimeout, StateConflict } from "../kernel/errors.ts";
import type { JobRecord, JobState } from "../kernel/job.ts";
import { OptionReader, type Settings } from "../kernel/options/index.ts";
import { isFinished } from "../kernel/state.ts";
import { type JobSnapshot, revokedError, toSnapshot } from "./snapshot.ts";
import type { Watcher } from "./watcher.ts";

/** What every result of an app works with. */
export interface ResultSource {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly watcher: Watcher;
  readonly settings: Settings;
}

export interface GetOptions {
  /** Default: as long as it takes. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
}

/**
 * One job, seen from outside: from any process, at any time while the job is kept.
 * Every method throws JobNotFound (`JOB_NOT_FOUND`) for an id that is not there, and the engine's errors.
 *
 * @example
 * const result = await fetchFeed.delay({ feedId: 7 });
 * const { entries } = await result.get({ timeout: "30s" });
 */
export class AsyncResult<Output> {
  readonly id: string;
  readonly #source: ResultSource;

  constructor(id: string, source: ResultSource) {
    this.id = id;
    this.#source = source;
  }

  async state(): Promise<JobState> {
    return (await this.#record()).state;
  }

  /** Whether the job has ended, in whatever way. */
  async ready(): Promise<boolean> {
    return isFinished((await this.#record()).state);
  }

  /** The latest value of `ctx.progress()`, or `undefined`. */
  async progress(): Promise<unknown> {
    return (await this.snapshot()).progress;
  }

  /** The job as it stands. */
  async snapshot(): Promise<JobSnapshot<Output>> {
    return toSnapshot(await this.#record());
  }

  /**
   * Waits for the end of the job and gives its result.
   * @throws JobFailed (`JOB_FAILED`), whose `cause` has the original name, message and stack.
   * @throws JobRevoked (`JOB_REVOKED`)
   * @throws ResultTimeout (`RESULT_TIMEOUT`): the job itself goes on.
   */
  async get(options: GetOptions = {}): Promise<Output> {
    const timeoutMs = readTimeout(options.timeout);
    const record = await this.#finished(timeoutMs, options.signal);
    const snapshot = toSnapshot<Output>(record);
    if (snapshot.state === "succeeded") return snapshot.result;
    throw snapshot.state === "failed" ? snapshot.error : revokedError(record);
  }

  /**
   * The job as it stands, then each later snapshot (several changes may come as one), the last one always.
   * @example
   * for await (const snapshot of result.watch()) console.log(snapshot.state, snapshot.progress);
   */
  async *watch(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<JobSnapshot<Output>, void, undefined> {
    const inbox = new Inbox();
    const stop = await this.#source.watcher.watch(this.id, (record) => inbox.put(record));
    const abort = (): void => inbox.put(undefined);
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      let version = -1;
      while (!options.signal?.aborted) {
        const record = await inbox.take();
        if (options.signal?.aborted) return;
        if (record instanceof EngineClosed) throw record;
        if (record === undefined) throw notFound(this.id);
        if (record.version > version) yield toSnapshot(record);
        version = Math.max(version, record.version);
        if (isFinished(record.state)) return;
      }
    } finally {
      options.signal?.removeEventListener("abort", abort);
      stop();
    }
  }

  /**
   * Ends the job without its being done. One that is waiting ends at once; one that runs is told by `ctx.signal`, and
   * ends as revoked unless it succeeds first. Survives restarts of everything.
   * @throws StateConflict (`STATE_CONFLICT`) when it has ended already.
   */
  async revoke(options: { readonly reason?: string } = {}): Promise<void> {
    const retainMs = this.#source.settings.jobDefaults.retention.revokedMs;
    const reason = options.reason ?? "revoked by a caller";
    await this.#source.engine.start();
    const reply = await this.#source.engine.inspect.revoke({ ...this.#selection(), reason, retainMs });
    this.#check(reply.skipped, "revoked: it has ended");
  }

  /**
   * Makes a failed or revoked job ready again, under the same id, its failures forgotten.
   * @throws StateConflict (`STATE_CONFLICT`) when it has not ended so.
   */
  async retry(): Promise<void> {
    await this.#source.engine.start();
    const reply = await this.#source.engine.inspect.retry(this.#selection());
    this.#check(reply.skipped, "retried: it has not failed or been revoked");
  }

  /**
   * Removes the job and its result.
   * @throws StateConflict (`STATE_CONFLICT`) while it runs.
   */
  async forget(): Promise<void> {
    await this.#source.engine.start();
    const reply = await this.#source.engine.inspect.remove(this.#selection());
    this.#check(reply.skipped, "forgotten: it runs; revoke it first");
  }

  #selection(): { selection: { ids: readonly string[] }; dryRun: false } {
    return { selection: { ids: [this.id] }, dryRun: false };
  }

  #check(skipped: readonly { readonly reason: "not-found" | "wrong-state" }[], what: string): void {
    const reason = skipped[0]?.reason;
    if (reason === "not-found") throw notFound(this.id);
    if (reason === "wrong-state")
      throw new StateConflict(`Job ${this.id} cannot be ${what}.`, { details: { id: this.id } });
  }

  async #record(): Promise<JobRecord> {
    const record = await this.#source.watcher.read(this.id);
    if (record === undefined) throw notFound(this.id);
    return record;
  }

  #finished(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<JobRecord> {
    const { clock, watcher } = this.#source;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        timer?.cancel();
        signal?.removeEventListener("abort", abort);
        void watch.then(
          (stop) => stop(),
          () => {},
        );
        settle();
      };
      const abort = (): void => end(() => reject(signal?.reason));
      const timer =
        timeoutMs === undefined
          ? undefined
          : clock.setTimer(timeoutMs, () => end(() => reject(timedOut(this.id, timeoutMs))));
      const watch = watcher.watch(this.id, (record) => {
        if (record instanceof EngineClosed) end(() => reject(record));
        else if (record === undefined) end(() => reject(notFound(this.id)));
        else if (isFinished(record.state)) end(() => resolve(record));
      });
      watch.catch((error: unknown) => end(() => reject(error)));
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

/** Keeps the latest record until it is taken: a slow reader sees fewer snapshots, never a stale last one. */
class Inbox {
  #latest: { readonly record: JobRecord | undefined | EngineClosed } | undefined;
  #wake: (() => void) | undefined;

  put(record: JobRecord | undefined | EngineClosed): void {
    this.#latest = { record };
    this.#wake?.();
  }

  async take(): Promise<JobRecord | undefined | EngineClosed> {
    if (this.#latest === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const record = this.#latest?.record;
    this.#latest = undefined;
    return record;
  }
}

function readTimeout(timeout: Duration | undefined): number | undefined {
  const reader = new OptionReader();
  const timeoutMs = reader.optionalDurationMs("timeout", timeout);
  reader.finish("The options of get() do not fit");
  return timeoutMs;
}

function notFound(id: string): JobNotFound {
  if (typeof id !== "string") throw new OptionsInvalid(`A job's id is a string, not ${String(id)}.`);
  return new JobNotFound(
    `Job ${JSON.stringify(id)} is not there: it never was, was removed, or its retention has ended.`,
    {
      details: { id },
    },
  );
}

function timedOut(id: string, timeoutMs: number): ResultTimeout {
  return new ResultTimeout(`Job ${id} did not end within ${timeoutMs} ms; it goes on, and can be asked for again.`, {
    details: { id, timeoutMs },
  });
}
