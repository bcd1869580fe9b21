import type { ClaimRequest, Jobs } from "../../engine/index.ts";
import { backoffDelayMs } from "../../kernel/backoff.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { ClaimedJob } from "../../kernel/job.ts";
import type { Outage } from "../outage.ts";
import type { Slots } from "../run/slots.ts";
import { ArrivalWatch } from "./arrival-watch.ts";
import type { Claimed, Exchange } from "./exchange.ts";

// While one exchange commits, the handlers of the other's jobs run. A third would only make the batches smaller.
const MAX_IN_FLIGHT = 2;
// From here up, each of the two claims half of the slots, so that neither side waits for the other.
const HALVES_FROM_CONCURRENCY = 8;
// With the jitter at most 3 s: after an outage of any length a worker claims within 5 s, connecting included.
const OUTAGE_BACKOFF = { baseMs: 100, maxMs: 1_500, jitter: "added" } as const;

export interface ClaimerParts {
  readonly jobs: Jobs;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly outage: Outage;
  readonly interest: { readonly tasks: readonly string[]; readonly queues: readonly string[] | undefined };
  readonly concurrency: number;
  readonly slots: Slots;
  readonly pollMs: number;
  readonly retainMs: number;
  /** How many jobs run at present, those that wait for others included. */
  readonly running: () => number;
  /** How many more jobs this worker may start at all. */
  readonly allowance: () => number;
  readonly start: (job: ClaimedJob) => void;
  /** Called before each exchange. */
  readonly beforeExchange: () => void;
}

/**
 * `open`: claims for every free slot. `emptying`: a job that crashed twice waits for a process to itself, so nothing is
 * claimed until nothing runs. `alone`: that job runs. `closed`: nothing is claimed any more.
 */
type Mode = "open" | "emptying" | "alone" | "closed";

/**
 * Keeps the slots full. What has finished in one turn of the event loop is settled together, and the same exchange
 * claims for the free slots, never more: what is claimed is started at once.
 */
export class Claimer {
  readonly #parts: ClaimerParts;
  readonly #arrivals: ArrivalWatch;
  readonly #share: number;
  #mode: Mode = "open";
  /** A hint or a timer says that there may be jobs. */
  #hungry = true;
  /** The latest claim was filled, so there are probably more. */
  #abundant = false;
  #scheduled = false;
  #stopped = false;
  #inFlight = 0;
  #failures = 0;
  #backoff: Timer | undefined;
  #pollTimer: Timer | undefined;
  #ignoreQuarantineUntilMs = 0;
  #quietWaiters: (() => void)[] = [];

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
    const { concurrency, jobs, interest, outage } = parts;
    this.#share = concurrency < HALVES_FROM_CONCURRENCY ? concurrency : Math.ceil(concurrency / MAX_IN_FLIGHT);
    this.#arrivals = new ArrivalWatch({ jobs, interest, outage, onHint: () => this.nudge() });
  }

  get closed(): boolean {
    return this.#mode === "closed";
  }

  start(): void {
    this.#mode = "open";
    this.#failures = 0;
    this.#setPoll();
    this.nudge();
  }

  /** Claims nothing any more. Settlements still go, and jobs of a claim under way are given back. */
  close(): void {
    this.#mode = "closed";
    this.#pollTimer?.cancel();
    this.#arrivals.disarm();
    this.schedule();
  }

  /** Gives up on settlements that the engine does not take. */
  stop(): void {
    this.close();
    this.#stopped = true;
    this.#backoff?.cancel();
    this.#backoff = undefined;
  }

  /** There may be jobs: looks at once. */
  nudge(): void {
    this.#hungry = true;
    this.schedule();
  }

  /** Something has changed: at the end of this turn, sends what there is to send. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#pump());
  }

  /** Resolves once a claim made after this call was given nothing, and nothing runs or is left to settle. */
  quiet(): Promise<void> {
    this.nudge();
    return new Promise((resolve) => this.#quietWaiters.push(resolve));
  }

  #pump(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#advanceMode();
    this.#parts.beforeExchange();
    while (this.#mayExchange()) {
      const claim = this.#nextClaim();
      if (this.#parts.exchange.queued === 0 && (claim === undefined || !this.#wantsMore())) break;
      void this.#send(claim);
    }
    this.#watchArrivals();
    this.#sayQuiet();
  }

  #advanceMode(): void {
    if (this.#mode !== "alone" || this.#parts.running() > 0) return;
    this.#mode = "open";
    this.#hungry = true;
  }

  #mayExchange(): boolean {
    // An engine that is away is asked by one exchange at a time.
    return this.#backoff === undefined && this.#inFlight < (this.#failures > 0 ? 1 : MAX_IN_FLIGHT);
  }

  #wantsMore(): boolean {
    return this.#hungry || this.#abundant;
  }

  #nextClaim(): ClaimRequest | undefined {
    const { interest, retainMs, running, allowance, slots } = this.#parts;
    const room = Math.min(slots.free, allowance() - slots.reserved);
    if (room <= 0) return undefined;
    switch (this.#mode) {
      case "open":
        return { ...interest, max: Math.min(room, this.#share), alone: false, retainMs };
      case "emptying":
        return running() + slots.reserved > 0 ? undefined : { ...interest, max: 1, alone: true, retainMs };
      case "alone":
      case "closed":
        return undefined;
    }
  }

  async #send(claim: ClaimRequest | undefined): Promise<void> {
    const { slots } = this.#parts;
    let reserved = claim?.max ?? 0;
    const free = (): void => {
      slots.unreserve(reserved);
      reserved = 0;
    };
    this.#inFlight += 1;
    slots.reserve(reserved);
    if (claim !== undefined) this.#hungry = false;
    try {
      await this.#parts.exchange.send(claim, (reply) => {
        free();
        if (claim !== undefined) this.#take(reply, claim);
      });
      this.#failures = 0;
      this.#parts.outage.succeeded("exchange");
    } catch (error) {
      free();
      this.#backOff(error);
    }
    this.#inFlight -= 1;
    slots.admit();
    this.schedule();
  }

  #take({ claimed, quarantined }: Claimed, claim: ClaimRequest): void {
    if (this.#mode === "closed") {
      this.#parts.exchange.decline(claimed);
      return;
    }
    this.#abundant = claimed.length === claim.max;
    if (claimed.length > 0) this.#arrivals.rewarded();
    if (claim.alone) this.#endEmptying(claimed.length);
    else if (quarantined && this.#parts.clock.monotonic() >= this.#ignoreQuarantineUntilMs) this.#mode = "emptying";
    for (const job of claimed) this.#parts.start(job);
    if (this.#mode === "emptying") this.#hungry = true;
  }

  #endEmptying(claimed: number): void {
    this.#mode = claimed > 0 ? "alone" : "open";
    // Another worker was quicker. Should the engine go on speaking of it, the normal jobs must not wait for ever.
    if (claimed === 0) this.#ignoreQuarantineUntilMs = this.#parts.clock.monotonic() + this.#parts.pollMs;
  }

  #backOff(error: unknown): void {
    this.#parts.outage.failed("exchange", error);
    this.#failures += 1;
    this.#hungry = true;
    const delayMs = backoffDelayMs(this.#failures, OUTAGE_BACKOFF);
    this.#backoff ??= this.#parts.clock.setTimer(delayMs, () => {
      this.#backoff = undefined;
      this.schedule();
    });
  }

  /** While slots are free and nothing is known to wait, the engine is asked for hints; else they are for others. */
  #watchArrivals(): void {
    const { slots } = this.#parts;
    const hasRoom = this.#mode === "open" && slots.free > 0;
    if (!hasRoom && slots.areTaken) this.#arrivals.disarm();
    if (!hasRoom || this.#wantsMore() || this.#arrivals.armed || this.#failures > 0) return;
    // What arrived before the engine knew of this wait is found by one claim more.
    if (this.#arrivals.arm()) this.nudge();
  }

  #setPoll(): void {
    this.#pollTimer = this.#parts.clock.setTimer(this.#parts.pollMs, () => {
      this.#setPoll();
      this.#arrivals.allow();
      this.nudge();
    });
  }

  #sayQuiet(): void {
    const { exchange, running } = this.#parts;
    const busy = running() > 0 || this.#inFlight > 0 || exchange.queued > 0;
    const looking = this.#mode !== "closed" && (this.#wantsMore() || this.#mode !== "open");
    if (busy || looking) return;
    for (const resolve of this.#quietWaiters.splice(0)) resolve();
  }
}
