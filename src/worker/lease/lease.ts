import { setImmediate as nextTurn } from "node:timers/promises";
import type { Beat, BeatReply, Liveness, WorkerDescription } from "../../engine/index.ts";
import { type Clock, sleep } from "../../kernel/clock.ts";
import type { ClaimReference } from "../../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../../kernel/lifecycle.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { within } from "../grace.ts";
import type { Outage } from "../outage.ts";
import type { Attempt } from "../run/attempt.ts";
import type { Executor } from "../run/executor.ts";

/** A lease survives two lost renewals. */
export const BEATS_PER_LEASE = 3;
// An engine that is away must not hold up a shutdown.
const FAREWELL_LIMIT_MS = 2_000;

export interface LeaseParts {
  readonly description: WorkerDescription;
  readonly leaseMs: number;
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outage: Outage;
  readonly executor: Executor;
  readonly exchange: Exchange;
}

/**
 * The worker's one lease, as its event loop sees it: registers, tells the engine at every beat what it really runs, and
 * carries out what the engine answers. The lease thread renews beside it, for when the loop is busy.
 */
export class Lease implements Lifecycle {
  readonly #parts: LeaseParts;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  #stopping = new AbortController();
  #beats: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Asked for since the latest beat was made: one that is under way may have passed by what was changed. */
  #wanted = false;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  /** Gives the lease back, so that what is left of the worker's jobs can run elsewhere at once. */
  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /** Beats without waiting for the time to come: somebody may have asked for the end of a running job. */
  beatSoon(): void {
    this.#wanted = true;
    this.#wake?.();
  }

  async #begin(): Promise<void> {
    await this.#register();
    this.#stopping = new AbortController();
    this.#beats = this.#beatUntilStopped(this.#stopping.signal);
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    await within(this.#parts.clock, this.#sayGoodbye(), FAREWELL_LIMIT_MS);
  }

  async #sayGoodbye(): Promise<void> {
    const { liveness, description, logger } = this.#parts;
    await this.#beats;
    try {
      await liveness.deregister(description.id);
    } catch (error) {
      logger.log("warn", "the engine could not be told that this worker stops; its lease will lapse", { error });
    }
  }

  #register(): Promise<void> {
    return this.#parts.liveness.register(this.#parts.description, this.#parts.leaseMs);
  }

  async #beatUntilStopped(signal: AbortSignal): Promise<void> {
    const everyMs = this.#parts.leaseMs / BEATS_PER_LEASE;
    while (!signal.aborted) {
      await this.#rest(everyMs, signal);
      if (!signal.aborted) await this.#beat();
    }
  }

  async #rest(everyMs: number, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    const wake = (): void => early.abort();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    if (this.#wanted) wake();
    await sleep(this.#parts.clock, everyMs, early.signal);
    signal.removeEventListener("abort", wake);
    // Hints of one turn are one beat.
    await nextTurn();
  }

  async #beat(): Promise<void> {
    const { liveness, outage, executor } = this.#parts;
    const running = [...executor.running];
    this.#wanted = false;
    try {
      const reply = await liveness.beat(this.#message(running));
      outage.succeeded("beat");
      this.#carryOut(reply, running);
      if (!reply.known) await this.#registerAnew();
    } catch (error) {
      outage.failed("beat", error);
    }
  }

  #message(running: readonly Attempt[]): Beat {
    const { description, leaseMs, exchange } = this.#parts;
    const jobs = [...running.map(({ job }) => job), ...exchange.unsettled].map(toReference);
    return {
      worker: description.id,
      leaseMs,
      held: { jobs, pendingExchanges: [...exchange.pending], nextExchange: exchange.next },
    };
  }

  #carryOut(reply: BeatReply, running: readonly Attempt[]): void {
    const { executor, logger } = this.#parts;
    const lost = new Set(reply.lost);
    const revoked = new Map(reply.revoked.map(({ id, reason }) => [id, reason]));
    // Only what ran when the beat was sent: the same job may have been claimed again since.
    for (const attempt of running) {
      const reason = revoked.get(attempt.job.id);
      if (!reply.known || lost.has(attempt.job.id)) executor.lose(attempt);
      else if (reason !== undefined) executor.revoke(attempt, reason);
    }
    if (reply.reclaimed > 0)
      logger.log("warn", "jobs whose claim never reached this worker are ready again", { jobs: reply.reclaimed });
  }

  async #registerAnew(): Promise<void> {
    const { logger, leaseMs, description } = this.#parts;
    logger.log("warn", "this worker's lease had lapsed, so its jobs were given to others; it begins anew", {
      worker: description.id,
      leaseMs,
    });
    await this.#register();
  }
}

function toReference({ id, fence, receipt }: ClaimReference): ClaimReference {
  return { id, fence, receipt };
}
