import type { Engine } from "../engine/index.ts";
import { atCaller } from "../kernel/at-caller.ts";
import type { Clock, Timer } from "../kernel/clock.ts";
import type { Duration } from "../kernel/duration.ts";
import { CapabilityMissing, EngineClosed, OptionsInvalid, ResultTimeout, StateConflict } from "../kernel/errors.ts";
import type { JobRecord, JobState } from "../kernel/job.ts";
import { describeType } from "../kernel/json.ts";
import { OptionReader, type Settings } from "../kernel/options/index.ts";
import { isFinished } from "../kernel/state.ts";
import { childrenOf, type JobTree, readWorkflow, treeOf } from "./canvas/tree.ts";
import { jobNotFound } from "./not-found.ts";
import { retryRefusal, upstreamOf } from "./retry-refusal.ts";
import { type JobSnapshot, revokedError, toSnapshot } from "./snapshot.ts";
import type { Watcher } from "./watcher.ts";

// How long `get()` waits for its first look at the job, however short its timeout: a job that has ended gives its result
// also with `timeout: 0`, and an engine that does not answer holds nobody.
const FIRST_LOOK_MS = 1_000;

/** A job that somebody waits for. */
export interface AwaitedJob {
  readonly id: string;
  /** Absent: they wait as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Aborts when nobody waits any more. */
  readonly over: AbortSignal;
}

/** Sees to it that what somebody waits for can happen, where nothing happens by itself: on a clock that stands still. */
export type Attend = (job: AwaitedJob) => Promise<void>;

/** What every result of an app works with. */
export interface ResultSource {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly watcher: Watcher;
  readonly settings: Settings;
  readonly attend?: Attend | undefined;
  /** How the end of a job is waited for; a handler that waits gives its slot to others meanwhile. */
  readonly waitAside?: <Value>(wait: () => Promise<Value>) => Promise<Value>;
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

  /** @throws OptionsInvalid (`OPTIONS_INVALID`) when `id` is not a string. */
  constructor(id: string, source: ResultSource) {
    if (typeof id !== "string") throw new OptionsInvalid(`A job's id is a string, not ${describeType(id)}.`);
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
   * @throws CapabilityMissing (`CAPABILITY_MISSING`) at once, in an app with `results: "none"`.
   * @throws OptionsInvalid (`OPTIONS_INVALID`): a misspelled `timeout` would wait for ever.
   */
  async get(options: GetOptions = {}): Promise<Output> {
    try {
      this.#requireResults("get()");
      const { waitAside = (wait) => wait() } = this.#source;
      const timeoutMs = readTimeout(options);
      const record = await waitAside(() => this.#finished(timeoutMs, options.signal));
      const snapshot = toSnapshot<Output>(record);
      if (snapshot.state === "succeeded") return snapshot.result;
      throw snapshot.state === "failed" ? snapshot.error : revokedError(record);
    } catch (error) {
      throw atCaller(error, AsyncResult.prototype.get);
    }
  }

  /**
   * The job as it stands, then each later snapshot (several changes may come as one), the last one always.
   * @throws CapabilityMissing (`CAPABILITY_MISSING`) at once, in an app with `results: "none"`.
   * @example
   * for await (const snapshot of result.watch()) console.log(snapshot.state, snapshot.progress);
   */
  async *watch(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<JobSnapshot<Output>, void, undefined> {
    this.#requireResults("watch()");
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
        if (record === undefined) throw jobNotFound(this.id);
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
   * Of a workflow, the jobs that this one waits for: of a group its members, of a chain the step before. Of any other, none.
   * @throws JobNotFound (`JOB_NOT_FOUND`)
   *
   * @example
   * for (const member of await result.children()) console.log(member.id, await member.state());
   */
  async children(): Promise<readonly AsyncResult<unknown>[]> {
    const children = childrenOf(this.id, await this.#workflow(await this.#record()));
    return children.map(({ id }) => new AsyncResult<unknown>(id, this.#source));
  }

  /**
   * The job with those that it waits for, and these with theirs, as they stand. Of a job of no workflow, itself.
   * @throws JobNotFound (`JOB_NOT_FOUND`)
   *
   * @example
   * const { job, children } = await result.tree();
   * console.log(job.state, children.map((child) => `${child.job.task}: ${child.job.state}`));
   */
  async tree(): Promise<JobTree> {
    const record = await this.#record();
    return treeOf(record, await this.#workflow(record));
  }

  /**
   * Ends the job without its being done. One that is waiting ends at once; one that runs is told by `ctx.signal`, and
   * ends as revoked unless it succeeds first. Survives restarts of everything. The result of a workflow ends all jobs of
   * the workflow.
   * @throws StateConflict (`STATE_CONFLICT`) when it has ended already.
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for a reason that is no text of up to 8,000 characters.
   */
  async revoke(options: { readonly reason?: string } = {}): Promise<void> {
    const retainMs = this.#source.settings.jobDefaults.retention.revokedMs;
    const reason = readReason(options);
    const workflow = await this.#ownWorkflow();
    const { inspect } = this.#source.engine;
    if (workflow !== undefined)
      await inspect.revoke({ selection: { filter: { workflow } }, dryRun: false, reason, retainMs });
    else
      this.#check((await inspect.revoke({ ...this.#selection(), reason, retainMs })).skipped, "revoked: it has ended");
  }

  /**
   * Makes a failed or revoked job ready again, under the same id, its failures forgotten. Of a workflow it is the step that
   * failed which can be retried.
   * @throws StateConflict (`STATE_CONFLICT`) when it has not ended so, or ended because of another, which is `details.upstream`.
   */
  async retry(): Promise<void> {
    const { engine } = this.#source;
    await engine.start();
    const { skipped } = await engine.inspect.retry(this.#selection());
    if (skipped.length === 0) return;
    const [record] = await engine.inspect.get([this.id]);
    const upstream = record && upstreamOf(record);
    this.#check(skipped, `retried: ${retryRefusal(record)}`, upstream === undefined ? {} : { upstream });
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

  /** The workflow that ends with this job. */
  async #ownWorkflow(): Promise<string | undefined> {
    const record = await this.#source.watcher.read(this.id);
    return record?.node?.workflow === this.id && !isFinished(record.state) ? this.id : undefined;
  }

  async #workflow({ node }: JobRecord): Promise<readonly JobRecord[]> {
    return node === undefined ? [] : readWorkflow(this.#source.engine, node.workflow);
  }

  #requireResults(what: string): void {
    if (this.#source.engine.capabilities.results) return;
    throw new CapabilityMissing(
      `${what} of job ${this.id} would wait for an end that nobody keeps: this app has results: "none". Name a store, as in results: "postgres://…", or ask for the state of a job that has not ended.`,
      { details: { id: this.id } },
    );
  }

  #selection(): { selection: { ids: readonly string[] }; dryRun: false } {
    return { selection: { ids: [this.id] }, dryRun: false };
  }

  #check(
    skipped: readonly { readonly reason: "not-found" | "wrong-state" }[],
    what: string,
    details: Readonly<Record<string, string>> = {},
  ): void {
    const reason = skipped[0]?.reason;
    if (reason === "not-found") throw jobNotFound(this.id);
    if (reason === "wrong-state")
      throw new StateConflict(`Job ${this.id} cannot be ${what}.`, { details: { id: this.id, ...details } });
  }

  async #record(): Promise<JobRecord> {
    const record = await this.#source.watcher.read(this.id);
    if (record === undefined) throw jobNotFound(this.id);
    return record;
  }

  #attend(timeoutMs: number | undefined, onFailure: (error: unknown) => void): () => void {
    const { attend } = this.#source;
    if (attend === undefined) return () => {};
    const over = new AbortController();
    attend({ id: this.id, timeoutMs, over: over.signal }).catch(onFailure);
    return () => over.abort();
  }

  async #finished(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<JobRecord> {
    const { clock, watcher } = this.#source;
    const startedMs = clock.monotonic();
    const ending = Promise.withResolvers<JobRecord>();
    const abort = (): void => ending.reject(signal?.reason);
    let latest: JobRecord | undefined;
    const giveUp = (): void => ending.reject(timedOut(this.id, timeoutMs ?? 0, latest));
    const giveUpAfter = (totalMs: number): Timer => clock.setTimer(startedMs + totalMs - clock.monotonic(), giveUp);
    let timer = timeoutMs === undefined ? undefined : giveUpAfter(Math.max(timeoutMs, FIRST_LOOK_MS));
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    const stopAttending = this.#attend(timeoutMs, ending.reject);
    const watch = watcher.watch(this.id, (record) => {
      if (record instanceof EngineClosed) ending.reject(record);
      else if (record === undefined) ending.reject(jobNotFound(this.id));
      else if (isFinished(record.state)) ending.resolve(record);
      else latest = record;
    });
    try {
      await Promise.race([watch, ending.promise]);
      if (timeoutMs !== undefined && timeoutMs < FIRST_LOOK_MS) {
        timer?.cancel();
        timer = giveUpAfter(timeoutMs);
      }
      return await ending.promise;
    } finally {
      timer?.cancel();
      stopAttending();
      signal?.removeEventListener("abort", abort);
      // A watch that was refused has thrown above; there is nothing to stop.
      void watch.then(
        (stop) => stop(),
        () => {},
      );
    }
  }
}

/** What a watch hears: the job, `undefined` where it is gone or the watch was aborted, or why nothing more can be read. */
type News = JobRecord | undefined | EngineClosed;

/** Keeps the latest record until it is taken: a slow reader sees fewer snapshots, never a stale last one. */
class Inbox {
  #latest: { readonly news: News } | undefined;
  #wake: (() => void) | undefined;

  put(news: News): void {
    // The end is the last news: a read that was under way when the app was closed is answered after it.
    if (this.#latest?.news instanceof EngineClosed) return;
    // Two reads may be under way at once, and the answer of the earlier one come last.
    if (isRecord(news) && isRecord(this.#latest?.news) && news.version < this.#latest.news.version) return;
    this.#latest = { news };
    this.#wake?.();
  }

  async take(): Promise<News> {
    if (this.#latest === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const news = this.#latest?.news;
    this.#latest = undefined;
    return news;
  }
}

function isRecord(news: News): news is JobRecord {
  return news !== undefined && !(news instanceof EngineClosed);
}

function readTimeout(options: GetOptions): number | undefined {
  const reader = new OptionReader();
  const { timeout } = reader.knownKeys("", options, ["timeout", "signal"]);
  const timeoutMs = reader.optionalDurationMs("timeout", timeout);
  reader.finish("The options of get() do not fit");
  return timeoutMs;
}

// A reason is for reading; 8,000 characters is what an error's message may have, too.
const MAX_REASON = 8_000;

function readReason(options: { readonly reason?: string }): string {
  const reader = new OptionReader();
  const { reason = "revoked by a caller" } = reader.knownKeys("", options, ["reason"]);
  reader.finish("The options of revoke() do not fit");
  if (typeof reason === "string" && reason.length <= MAX_REASON) return reason.toWellFormed();
  throw new OptionsInvalid(
    `The reason of revoke() is ${typeof reason === "string" ? `${reason.length} characters long` : describeType(reason)}: write a text of up to ${MAX_REASON} characters.`,
  );
}

function timedOut(id: string, timeoutMs: number, job: JobRecord | undefined): ResultTimeout {
  const stands = job === undefined ? "it" : `it is ${job.state},`;
  const waits =
    job?.state === "ready"
      ? ` and waits for a free worker that knows task ${JSON.stringify(job.task)}: lovage doctor tells what is amiss. It`
      : "";
  return new ResultTimeout(
    `Job ${id} did not end within ${timeoutMs} ms: ${stands}${waits} goes on, and can be asked for again.`,
    { details: { id, timeoutMs, ...(job === undefined ? {} : { state: job.state }) } },
  );
}
