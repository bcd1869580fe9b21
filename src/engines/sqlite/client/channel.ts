import { Worker } from "node:worker_threads";
import { fromErrorRecord } from "../../../kernel/error-record.ts";
import { EngineClosed, EngineTimeout, EngineUnavailable } from "../../../kernel/errors.ts";
import { type Lifecycle, LifecycleGuard } from "../../../kernel/lifecycle.ts";
import type { SqliteSettings } from "../options.ts";
import type { LogNotice, Notice, OperationName, Operations, Order } from "../protocol.ts";

/** What the main thread hears without having asked. */
export interface ChannelListener {
  readonly onArrival: (waiters: readonly number[]) => void;
  readonly onMessage: (topic: string, message: string | Uint8Array) => void;
  readonly onLog: (line: LogNotice) => void;
  /** The thread is gone, and with it what it was told to listen and wait for. */
  readonly onEnd: () => void;
  /** Another thread has taken the place of one that died. */
  readonly onRevived: () => void;
}

interface Pending {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadlineAt: number;
}

// How long after a request's deadline a thread that hangs in a system call is given up.
const OVERDUE_MS = 5_000;

// A thread that dies at its start is not started over and over.
const REVIVE_AFTER_MS = 1_000;

/** The default deadline of a request that brings none of its own. */
export const REQUEST_MS = 10_000;

/**
 * The line to the engine's thread, which it starts and ends, and starts again where it died. The orders of one turn
 * travel in one message. The thread keeps the process alive only while a request is pending.
 */
export class Channel implements Lifecycle {
  readonly #settings: SqliteSettings;
  readonly #listener: ChannelListener;
  readonly #lifecycle: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #orders: Order[] = [];
  #lastId = 0;
  #overdueTimer: NodeJS.Timeout | undefined;
  #beganAtMs = 0;
  #revival: Promise<void> | undefined;

  constructor(settings: SqliteSettings, listener: ChannelListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  get started(): boolean {
    return this.#lifecycle.started;
  }

  /** @throws EngineClosed (`ENGINE_CLOSED`), EngineUnavailable (`ENGINE_UNAVAILABLE`) */
  checkStarted(): void {
    if (!this.started || this.#worker === undefined) throw this.#closed();
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /** @throws EngineClosed, EngineTimeout, EngineUnavailable, and what the operation throws. */
  async call<Name extends OperationName>(
    name: Name,
    request: Operations[Name]["request"],
    deadlineAt: number = Date.now() + REQUEST_MS,
  ): Promise<Operations[Name]["reply"]> {
    const reply = await this.#ask((id) => ({ kind: "call", call: { id, name, request, deadlineAt } }), deadlineAt);
    return reply as Operations[Name]["reply"];
  }

  async publish(topic: string, message: string | Uint8Array): Promise<void> {
    await this.#ask((id) => ({ kind: "publish", id, topic, message }), Date.now() + REQUEST_MS);
  }

  async subscribe(topic: string): Promise<void> {
    await this.#ask((id) => ({ kind: "subscribe", id, topic }), Date.now() + REQUEST_MS);
  }

  /** Tells the thread something that has no answer; nothing is sent where no thread runs. */
  tell(order: Order): void {
    if (this.#worker === undefined) return;
    // A microtask runs at the end of the present step: what it adds travels along, and nothing waits for a timer.
    if (this.#orders.length === 0) queueMicrotask(() => this.#flush());
    this.#orders.push(order);
  }

  async #ask(order: (id: number) => Order, deadlineAt: number): Promise<unknown> {
    if (this.#worker === undefined) await this.#revive();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, deadlineAt });
      if (this.#pending.size === 1) this.#hold();
      this.tell(order(id));
    });
  }

  #flush(): void {
    const orders = this.#orders;
    this.#orders = [];
    this.#worker?.postMessage(orders);
  }

  /**
   * Starts a thread in place of one that died; requests that come meanwhile are posted to it. Too soon after the last
   * start they are told that there is none.
   */
  async #revive(): Promise<void> {
    if (!this.started || performance.now() - this.#beganAtMs < REVIVE_AFTER_MS) throw this.#closed();
    this.#revival = this.#begin().finally(() => {
      this.#revival = undefined;
    });
    await this.#revival;
    this.#listener.onRevived();
  }

  async #begin(): Promise<void> {
    this.#beganAtMs = performance.now();
    const entry = new URL("../thread.ts", import.meta.url);
    const worker = new Worker(entry, {
      workerData: this.#settings,
      name: "lovage-sqlite",
      // Left to itself V8 lets an idle thread's garbage grow by a megabyte more; under load it made no difference.
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    });
    this.#worker = worker;
    this.#exited = new Promise((resolve) => worker.once("exit", () => resolve()));
    let refusal: Error | undefined;
    await new Promise<void>((resolve, reject) => {
      worker.on("message", (notices: readonly Notice[]) => {
        for (const notice of notices) {
          if (notice.kind === "started") resolve();
          else if (notice.kind === "refused") refusal = fromErrorRecord(notice.error);
          else this.#take(notice);
        }
      });
      worker.once("error", (error) => this.#fail(worker, this.#lost(error), reject));
      // A start that was refused ends with its thread, so that the next one does not meet it.
      worker.once("exit", () => this.#fail(worker, refusal ?? this.#lost(undefined), reject));
    });
    this.#release();
  }

  async #end(): Promise<void> {
    await this.#revival?.catch(() => {
      // Whoever asked for the new thread has been told; there is none to end.
    });
    this.#worker?.ref();
    this.tell({ kind: "stop" });
    const isLate = setTimeout(() => void this.#worker?.terminate(), REQUEST_MS);
    await this.#exited;
    clearTimeout(isLate);
  }

  #take(notice: Exclude<Notice, { kind: "started" | "refused" }>): void {
    switch (notice.kind) {
      case "reply":
        this.#settle(notice.id)?.resolve(notice.reply);
        break;
      case "failure":
        this.#settle(notice.id)?.reject(fromErrorRecord(notice.error));
        break;
      case "arrival":
        this.#listener.onArrival(notice.waiters);
        break;
      case "log":
        this.#listener.onLog(notice);
        break;
      case "message":
        this.#listener.onMessage(notice.topic, notice.message);
        break;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#release();
    return pending;
  }

  /** Called when a thread ended, for whatever reason; twice for one that failed. */
  #fail(worker: Worker, error: Error, reject: (error: Error) => void): void {
    reject(error);
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#orders = [];
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#release();
    for (const request of pending) request.reject(error);
    this.#listener.onEnd();
  }

  #hold(): void {
    this.#worker?.ref();
    this.#overdueTimer ??= setInterval(() => this.#rejectOverdue(), 1_000).unref();
  }

  #release(): void {
    this.#worker?.unref();
    clearInterval(this.#overdueTimer);
    this.#overdueTimer = undefined;
  }

  #rejectOverdue(): void {
    const now = Date.now();
    for (const [id, { reject, deadlineAt }] of this.#pending) {
      if (now < deadlineAt + OVERDUE_MS) continue;
      this.#settle(id);
      reject(this.#hung());
    }
  }

  #closed(): Error {
    if (this.started) return this.#lost(undefined);
    return new EngineClosed(
      `The SQLite engine on ${this.#settings.path} is not running: start() was not called, or stop() was.`,
    );
  }

  #lost(cause: Error | undefined): EngineUnavailable {
    const reason = cause === undefined ? "" : ` (${cause.message})`;
    return new EngineUnavailable(
      `The thread of the SQLite engine on ${this.#settings.path} has ended${reason}. Another one is started at the next call; what was not answered may have been stored.`,
      cause === undefined ? {} : { cause },
    );
  }

  #hung(): EngineTimeout {
    return new EngineTimeout(
      `The SQLite engine on ${this.#settings.path} did not answer within its deadline: the disk hangs, or the machine was asleep. The operation may still take effect.`,
    );
  }
}
