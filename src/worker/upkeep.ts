import type { Engine, RescuedJob } from "../engine/index.ts";
import { type Clock, sleep } from "../kernel/clock.ts";
import type { Settlement, When } from "../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../kernel/lifecycle.ts";
import type { Logger, LogLevel } from "../kernel/logger.ts";
import type { BoundCounter, Metrics } from "../kernel/metrics.ts";
import type { Settings } from "../kernel/options/index.ts";
import { Alarm } from "./alarm.ts";
import type { Outage } from "./outage.ts";
import type { Beat } from "./parts.ts";

// Bounds of one call: each holds the store for a few milliseconds at the most.
const MAX_PROMOTED = 1_000;
const MAX_EXPIRED = 500;
const MAX_PRUNED = 1_000;
const MAX_RESCUED = 500;

const EXPIRE_EVERY_MS = 5_000;
// The workers are told of schedules that are new; this is for when nobody heard it. Without a schedule it is all that
// they cost: one look into an index.
const BEAT_EVERY_MS = 5_000;
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
  readonly beat: Beat | undefined;
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
  readonly #promoteAlarm: Alarm;
  readonly #beatAlarm: Alarm;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#promoteAlarm = new Alarm(parts.clock);
    this.#beatAlarm = new Alarm(parts.clock);
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
    this.#promoteAlarm.dueIn(delayMs);
  }

  /** A schedule is new, or another than before, and is due so soon: looks in time for it. */
  scheduleDueIn(delayMs: number): void {
    this.#beatAlarm.dueIn(delayMs);
  }

  /** Makes ready what is due now, schedules included, and says whether anything was, or will be without any delay. */
  async makeReadyNow(): Promise<boolean> {
    const { beat, engine, onReady } = this.#parts;
    const schedules = await beat?.beat();
    const { promoted, nextDueInMs } = await engine.upkeep.promote({ max: MAX_PROMOTED });
    const pushed = schedules?.pushed ?? 0;
    if (promoted > 0 || pushed > 0) onReady();
    return promoted > 0 || nextDueInMs === 0 || pushed > 0 || schedules?.nextDueInMs === 0;
  }

  #noteDue(due: When): void {
    this.dueIn("afterMs" in due ? due.afterMs : Math.max(0, due.at - this.#parts.clock.now()));
  }

  async #begin(): Promise<void> {
    const { beat } = this.#parts;
    await beat?.begin();
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    const chores = this.#chores().map((chore) => this.#repeat(chore, signal));
    const promoting = this.#attend(this.#promoteAlarm, () => this.#promoteOnce(), signal);
    const beating = beat && this.#attend(this.#beatAlarm, () => this.#beatOnce(beat), signal);
    this.#loops = Promise.all([promoting, beating, ...chores]);
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

  /** Looks, and sleeps until it is time to look again. */
  async #attend(alarm: Alarm, look: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      alarm.reset();
      await alarm.sleep(await look(), signal);
    }
  }

  async #promoteOnce(): Promise<number> {
    const { engine, outage, onReady, pollMs } = this.#parts;
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

  async #beatOnce(beat: Beat): Promise<number> {
    const { outage, onReady, pollMs } = this.#parts;
    try {
      const { pushed, nextDueInMs } = await beat.beat();
      outage.succeeded("schedules");
      if (pushed > 0) onReady();
      return Math.min(nextDueInMs ?? BEAT_EVERY_MS, BEAT_EVERY_MS);
    } catch (error) {
      outage.failed("schedules", error);
      return pollMs;
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
