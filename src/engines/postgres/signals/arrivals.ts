import type { ClaimInterest } from "../../../engine/index.ts";
import { bigIntegers, texts } from "../client/arrays.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import type { Listener } from "./listener.ts";
import { KEEP_MS } from "./presence.ts";

interface Waiter {
  readonly interest: ClaimInterest;
  readonly key: string;
  wake(): void;
}

export interface ArrivalsParts {
  readonly schema: string;
  readonly process: string;
  readonly pool: Pool;
  readonly listener: Listener;
  readonly checkStarted: () => void;
}

// What somebody was told of is news again after so long: a job may be given back, under the place that it had.
const TOLD_MS = 1_000;

// An abort is in effect when the server knows of it, or after so long: a shutdown does not wait for a server that hangs.
const LEAVE_MS = 500;

/**
 * The workers of this process that wait for a hint. Each has a row on the server, which a push takes away when it tells
 * the worker. A worker that comes to wait is told of what is ready already, unless somebody here was told of it before.
 */
export class Arrivals {
  readonly #parts: ArrivalsParts;
  readonly #waiters = new Map<number, Waiter>();
  /** By interest: up to which job, in push order, this process was told, and when. */
  readonly #told = new Map<string, { readonly last: number; readonly atMs: number }>();
  /** Those whose row is on the server, unless somebody took it away to tell them. */
  readonly #registered = new Set<number>();
  #registrations: Promise<unknown> = Promise.resolve();
  #lastWaiter = 0;

  constructor(parts: ArrivalsParts) {
    this.#parts = parts;
  }

  /** Those whose rows should be on the server. */
  get registered(): readonly number[] {
    return [...this.#registered];
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /** Resolves when everyone who came to wait by now is known to the server. */
  async settled(): Promise<void> {
    await this.#registrations;
  }

  /** Resolves at a hint, when `signal` aborts, or when the engine ends. @throws EngineClosed (`ENGINE_CLOSED`) */
  async wait(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    this.#parts.checkStarted();
    if (signal.aborted) return;
    this.#lastWaiter += 1;
    const number = this.#lastWaiter;
    const woken = new Promise<void>((resolve) => {
      const key = JSON.stringify([interest.queues, interest.tasks]);
      this.#waiters.set(number, { interest, key, wake: resolve });
    });
    const registering = this.#register(number, interest);
    this.#registrations = Promise.allSettled([this.#registrations, registering]);
    const onAbort = (): void => void this.#leave(number, registering);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([woken, registering.then(() => woken)]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#waiters.delete(number);
      this.#registered.delete(number);
    }
  }

  /** The server has told these, and taken their rows. A hint for one that has left goes to another one. */
  wake(waiters: readonly number[], last: number): void {
    const present = waiters.filter((number) => this.#waiters.has(number));
    for (const number of present) this.#wakeOne(number, last);
    const others = [...this.#registered].slice(0, waiters.length - present.length);
    for (const number of others) this.#wakeOne(number, last);
    if (others.length > 0) void this.#dropRows(others);
  }

  /** For what may have been missed: everyone looks for himself, and waits again. */
  async wakeAll(): Promise<void> {
    const waiting = [...this.#waiters.keys()];
    this.#told.clear();
    // Before they wait again: a row without a waiter would take a hint from one that has.
    if (waiting.length > 0) await this.#dropRows(waiting);
    for (const number of waiting) this.#wakeOne(number, 0);
  }

  /** The engine ends, and its rows are gone. */
  endAll(): void {
    this.#told.clear();
    for (const number of [...this.#waiters.keys()]) this.#wakeOne(number, 0);
  }

  #wakeOne(number: number, last: number): void {
    const waiter = this.#waiters.get(number);
    this.#waiters.delete(number);
    this.#registered.delete(number);
    if (waiter === undefined) return;
    this.#tell(waiter.key, last);
    waiter.wake();
  }

  async #dropRows(numbers: readonly number[]): Promise<void> {
    const { schema, process, pool } = this.#parts;
    const values = [process, bigIntegers(numbers)];
    // Where it fails, the rows lapse by themselves.
    await pool.run({ text: readSql("signals/stop-waiting", schema), values }).catch(() => {});
  }

  async #register(number: number, interest: ClaimInterest): Promise<void> {
    const { schema, process, pool, listener } = this.#parts;
    const polls = (await listener.ready()) === "poll";
    const waiter = this.#waiters.get(number);
    if (waiter === undefined) return;
    const { queues, tasks } = interest;
    const told = this.#toldOf(waiter.key);
    const { rows } = await pool.run({
      text: `SELECT ${schema}.wait_for_jobs($1, $2, $3, $4, $5, $6, $7)`,
      values: [process, number, texts(tasks), queues === undefined ? null : texts(queues), told, polls, KEEP_MS],
    });
    const found = rows[0]?.[0];
    if (found == null) {
      // Its notification may have come before this answer.
      if (this.#waiters.has(number)) this.#registered.add(number);
      return;
    }
    // Others of this process may have been told of the same job meanwhile: then this one was not, and waits.
    if (Number(found) > this.#toldOf(waiter.key)) this.wake([number], Number(found));
    else await this.#register(number, interest);
  }

  async #leave(number: number, registering: Promise<void>): Promise<void> {
    if (!this.#waiters.has(number)) return;
    this.#registered.delete(number);
    const gone = registering.then(() => this.#dropRows([number]));
    let limit: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, LEAVE_MS);
    });
    // A registration that failed was told to whoever waits.
    await Promise.race([gone.catch(() => {}), patience]);
    clearTimeout(limit);
    this.#wakeOne(number, 0);
  }

  #tell(key: string, last: number): void {
    this.#told.set(key, { last: Math.max(last, this.#toldOf(key)), atMs: performance.now() });
  }

  #toldOf(key: string): number {
    const told = this.#told.get(key);
    return told === undefined || performance.now() - told.atMs > TOLD_MS ? 0 : told.last;
  }
}
