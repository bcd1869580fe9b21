import type { Clock, Timer } from "../../kernel/clock.ts";
import { Heap } from "../../kernel/heap.ts";
import type { Attempt } from "./attempt.ts";

/** What happens when an attempt's time is over. */
export interface TimeLimitListener {
  onSoftLimit(attempt: Attempt): void;
  onGiveUp(attempt: Attempt): void;
  /** Hears which attempt is to be given up first, whenever that is another one. */
  onNext(attempt: Attempt | undefined): void;
}

/** Watches the limits of all running attempts with one timer: a timer each would cost more than a short job. */
export class TimeLimits {
  readonly #clock: Clock;
  readonly #listener: TimeLimitListener;
  readonly #soft = new Heap<Attempt>((left, right) => (left.softLimitAtMs ?? 0) - (right.softLimitAtMs ?? 0));
  readonly #hard = new Heap<Attempt>((left, right) => left.giveUpAtMs - right.giveUpAtMs);
  #next: Attempt | undefined;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, listener: TimeLimitListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  add(attempt: Attempt): void {
    this.#hard.add(attempt);
    if (attempt.softLimitAtMs !== undefined) this.#soft.add(attempt);
    this.#tellNext();
    this.#arm();
  }

  remove(attempt: Attempt): void {
    this.#hard.remove(attempt);
    if (attempt.softLimitAtMs !== undefined) this.#soft.remove(attempt);
    // The timer stays: an early one looks, and sets itself anew. Without attempts it would keep the process busy.
    if (this.#hard.size === 0) this.#disarm();
    this.#tellNext();
  }

  /** Gives an attempt up sooner than its hard limit. */
  bringForward(attempt: Attempt, giveUpAtMs: number): void {
    if (giveUpAtMs >= attempt.giveUpAtMs || !this.#hard.remove(attempt)) return;
    attempt.giveUpAtMs = giveUpAtMs;
    this.#hard.add(attempt);
    this.#next = undefined;
    this.#tellNext();
    this.#arm();
  }

  #tellNext(): void {
    const next = this.#hard.peek();
    if (next === this.#next) return;
    this.#next = next;
    this.#listener.onNext(next);
  }

  #arm(): void {
    const nextMs = Math.min(this.#hard.peek()?.giveUpAtMs ?? Infinity, this.#soft.peek()?.softLimitAtMs ?? Infinity);
    if (nextMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = nextMs;
    this.#timer = this.#clock.setTimer(Math.ceil(nextMs - this.#clock.monotonic()), () => this.#look());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  #look(): void {
    this.#disarm();
    const nowMs = this.#clock.monotonic();
    for (let one = this.#hard.peek(); one !== undefined && one.giveUpAtMs <= nowMs; one = this.#hard.peek()) {
      this.remove(one);
      this.#listener.onGiveUp(one);
    }
    for (let one = this.#soft.peek(); one !== undefined && (one.softLimitAtMs ?? 0) <= nowMs; one = this.#soft.peek()) {
      this.#soft.remove(one);
      one.softLimitAtMs = undefined;
      this.#listener.onSoftLimit(one);
    }
    this.#arm();
  }
}
