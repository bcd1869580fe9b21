import { Worker as Thread } from "node:worker_threads";
import type { RenewalSource } from "../../engine/index.ts";
import { type Clock, systemClock, type Timer } from "../../kernel/clock.ts";
import { fromErrorRecord } from "../../kernel/error-record.ts";
import { type Lifecycle, LifecycleGuard } from "../../kernel/lifecycle.ts";
import type { Logger } from "../../kernel/logger.ts";
import type { Outage } from "../outage.ts";
import type { Attempt } from "../run/attempt.ts";
import { SharedPulse, threadClockMs } from "./shared-pulse.ts";
import { type LeaseThreadData, type LeaseThreadNews, STOP_MESSAGE } from "./thread-protocol.ts";

// A renewal that hangs in the engine must not hold up a shutdown.
const STOP_LIMIT_MS = 1_000;

export interface RenewalParts {
  readonly source: RenewalSource;
  readonly worker: string;
  readonly leaseMs: number;
  readonly tasks: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outage: Outage;
}

/** Owns the lease thread, and keeps it informed of whether the event loop turns and of what it must not outlast. */
export class Renewal implements Lifecycle {
  readonly #parts: RenewalParts;
  readonly #pulse = new SharedPulse();
  readonly #clockOffsetMs: number;
  readonly #taskNumbers: ReadonlyMap<string, number>;
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    async () => this.#spawn(),
    () => this.#end(),
  );
  #thread: Thread | undefined;
  #respawn: Timer | undefined;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
    this.#clockOffsetMs = threadClockMs() - parts.clock.monotonic();
    this.#taskNumbers = new Map(parts.tasks.map((task, number) => [task, number]));
  }

  /** Whether the thread runs. */
  get alive(): boolean {
    return this.#thread !== undefined;
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /** The event loop turns. */
  beat(): void {
    this.#pulse.beat();
  }

  /** Which of the running attempts is to be given up first. */
  watch(attempt: Attempt | undefined): void {
    if (attempt === undefined) this.#pulse.setLimit(0, 0);
    else this.#pulse.setLimit(attempt.giveUpAtMs + this.#clockOffsetMs, this.#taskNumbers.get(attempt.job.task) ?? -1);
  }

  #spawn(): void {
    const { source, worker, leaseMs, tasks } = this.#parts;
    const data: LeaseThreadData = { worker, leaseMs, renewal: source, pulse: this.#pulse.buffer, tasks };
    const thread = new Thread(new URL("./lease-thread.ts", import.meta.url), {
      name: "lovage-lease",
      // It makes little garbage: left to itself V8 lets that grow to two megabytes, for nothing.
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
      workerData: data,
    });
    thread.on("message", (news: LeaseThreadNews) => this.#hear(news));
    thread.on("error", (error) => this.#parts.outage.failed("renewal", error));
    thread.on("exit", () => this.#replace(thread));
    this.#thread = thread;
  }

  #hear(news: LeaseThreadNews): void {
    if (news.kind === "renewed") this.#parts.outage.succeeded("renewal");
    else this.#parts.outage.failed("renewal", fromErrorRecord(news.error));
  }

  #replace(thread: Thread): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#parts.logger.log("warn", "the lease thread ended unasked; another one is started");
    // The beat of the event loop renews meanwhile.
    this.#respawn = systemClock.setTimer(this.#parts.leaseMs / 3, () => this.#spawn(), { background: true });
  }

  async #end(): Promise<void> {
    this.#respawn?.cancel();
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread === undefined) return;
    const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
    thread.postMessage(STOP_MESSAGE);
    const patience = systemClock.setTimer(STOP_LIMIT_MS, () => void thread.terminate());
    await ended;
    patience.cancel();
  }
}
