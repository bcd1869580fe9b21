import type { Engine, RescuedJob } from "../engine/index.ts";
import { type Clock, sleep } from "../kernel/clock.ts";
import type { Settlement, When } from "../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../kernel/lifecycle.ts";
import type { Logger, LogLevel } from "../kernel/logger.ts";
import type { BoundCounter, Metrics } from "../kernel/metrics.ts";
import type { Settings } from "../kernel/options/index.ts";
import type { Outage } from "./outage.ts";

// Bounds of one call: each holds the store for a few milliseconds at the most.
const MAX_PROMOTED = 1_000;
const MAX_EXPIRED = 500;
const MAX_PRUNED = 1_000;
const MAX_RESCUED = 500;

const EXPIRE_EVERY_MS = 5_000;
// At 10,000 jobs a second, what has finished meanwhile takes 20 calls.
const PRUNE_EVERY_MS = 5_000;
// A lease of 15 s, and a sixth of it until somebody looks: a killed worker's jobs run again within 17.5 s.
const RESCUES_PER_LEASE = 6;
// Workers that were started together shall not look together.
const SPREAD = 0.2;

export interface UpkeepParts {
  readonly worker: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly outage: Outage;
  readonly settings: Settings;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Jobs may have become ready. */
  readonly onReady: () => void;
}

interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** Says whether there is more to do at once. */
  readonly run: () => Promise<boolean>;
}

/** What every worker does for the store on the side; it is harmless when several do it at once. */
export class Upkeep implements Lifecycle {
  readonly #parts: UpkeepParts;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  readonly #rescued: BoundCounter;
  #stopping = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();
  #nextPromoteAtMs = Number.POSITIVE_INFINITY;
  #wakePromote: (() => void) | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#rescued = parts.metrics
      .counter({ name: "lovage_jobs_rescued_total", help: "Jobs taken back from lost workers by this one." })
      .bind({});
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /** What this worker puts off itself, it hears of first. */
  noteSettled({ outcome, effects }: Settlement): void {
    if (outcome.kind === "retried" || outcome.kind === "snoozed") this.#noteDue(outcome.due);
    for (const { job } of effects) if (job.due !== undefined) this.#noteDue(job.due);
  }

  /** A job was scheduled that is due so soon: promotes in time for it. */
  dueIn(delayMs: number): void {
    const atMs = this.#parts.clock.monotonic() + delayMs;
    if (atMs >= this.#nextPromoteAtMs) return;
    this.#nextPromoteAtMs = atMs;
    this.#wakePromote?.();
  }

  /** Promotes what is due now, and says whether anything was, or will be without any delay. */
  async promoteNow(): Promise<boolean> {
    const { promoted, nextDueInMs } = await this.#parts.engine.upkeep.promote({ max: MAX_PROMOTED });
    if (promoted > 0) this.#parts.onReady();
    return promoted > 0 || nextDueInMs === 0;
  }

  #noteDue(due: When): void {
    this.dueIn("afterMs" in due ? due.afterMs : Math.max(0, due.at - this.#parts.clock.now()));
  }

  async #begin(): Promise<void> {
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    const chores = this.#chores().map((chore) => this.#repeat(chore, signal));
    this.#loops = Promise.all([this.#promoteUntilStopped(signal), ...chores]);
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    await this.#loops;
  }

  #chores(): Chore[] {
    const { leaseMs } = this.#parts;
    return [
      { name: "rescue", everyMs: Math.max(50, leaseMs / RESCUES_PER_LEASE), run: () => this.#rescue() },
      { name: "expire", everyMs: EXPIRE_EVERY_MS, run: () => this.#expire() },
      { name: "prune", everyMs: PRUNE_EVERY_MS, run: () => this.#prune() },
    ];
  }

  async #promoteUntilStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const delayMs = await this.#promoteOnce();
      await this.#sleepUntilDue(delayMs, signal);
    }
  }

  async #promoteOnce(): Promise<number> {
    const { engine, outage, onReady, pollMs } = this.#parts;
    this.#nextPromoteAtMs = Number.POSITIVE_INFINITY;
    try {
      const { promoted, nextDueInMs } = await engine.upkeep.promote({ max: MAX_PROMOTED });
      outage.succeeded("promote");
      if (promoted > 0) onReady();
      return promoted === MAX_PROMOTED ? 0 : Math.min(nextDueInMs ?? pollMs, pollMs);
    } catch (error) {
      outage.failed("promote", error);
      return pollMs;
    }
  }

  async #sleepUntilDue(delayMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    // A hint may have come while the promotion was under way.
    this.#nextPromoteAtMs = Math.min(this.#nextPromoteAtMs, clock.monotonic() + delayMs);
    for (;;) {
      const restMs = this.#nextPromoteAtMs - clock.monotonic();
      if (restMs <= 0 || signal.aborted) return;
      const early = new AbortController();
      this.#wakePromote = () => early.abort();
      signal.addEventListener("abort", this.#wakePromote, { once: true });
      await sleep(clock, Math.ceil(restMs), early.signal);
      signal.removeEventListener("abort", this.#wakePromote);
    }
  }

  async #repeat(chore: Chore, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      await sleep(clock, chore.everyMs * (1 - SPREAD * Math.random()), signal);
      while (!signal.aborted && (await this.#do(chore)));
    }
  }

  async #do(chore: Chore): Promise<boolean> {
    try {
      const more = await chore.run();
      this.#parts.outage.succeeded(chore.name);
      return more;
    } catch (error) {
      this.#parts.outage.failed(chore.name, error);
      return false;
    }
  }

  async #expire(): Promise<boolean> {
    const { engine, settings } = this.#parts;
    const retainMs = settings.jobDefaults.retention.revokedMs;
    const { expired } = await engine.upkeep.expire({ max: MAX_EXPIRED, retainMs });
    return expired === MAX_EXPIRED;
  }

  async #prune(): Promise<boolean> {
    const { engine, settings } = this.#parts;
    const { pruned } = await engine.upkeep.prune({ max: MAX_PRUNED, maxFinished: settings.maxFinished });
    return pruned >= MAX_PRUNED;
  }

  async #rescue(): Promise<boolean> {
    const { engine, worker, settings, onReady } = this.#parts;
    const retainMs = settings.jobDefaults.retention.failedMs;
    const rescued = await engine.liveness.rescue({ worker, max: MAX_RESCUED, retainMs });
    for (const job of rescued) this.#tell(job);
    if (rescued.some(({ state }) => state === "ready")) onReady();
    return rescued.length === MAX_RESCUED;
  }

  #tell({ id, task, worker, crashes, state }: RescuedJob): void {
    this.#rescued.add();
    const { level, message } = rescueLines[state];
    this.#parts.logger.log(level, message, { task, id, worker, crashes });
  }
}

const rescueLines: Readonly<Record<RescuedJob["state"], { readonly level: LogLevel; readonly message: string }>> = {
  ready: { level: "warn", message: "job rescued from a lost worker, it runs again" },
  revoked: { level: "warn", message: "job of a lost worker ended as revoked, as was asked" },
  failed: { level: "error", message: "job failed as WORKER_LOST: its worker died, and it may not run again" },
};
