import { TooLarge } from "../../../kernel/errors.ts";
import type { Payload } from "../../../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../../../kernel/lifecycle.ts";
import type { Logger } from "../../../kernel/logger.ts";
import type { PeerRegistry } from "./peer.ts";
import type { ReadyJobs, Waiter } from "./waiter.ts";

/** The largest message that `publish` takes, in bytes (UTF-8 for text): 1 MiB. */
export const MESSAGE_LIMIT_BYTES: number = 1024 * 1024;

export interface MeshOptions {
  /** Unique among all engine instances of the database, and not to be guessed: a UUID. */
  readonly id: string;
  readonly registry: PeerRegistry;
  /** A message of a subscribed topic, from this process or another. May be called during `publish`. */
  readonly onMessage: (topic: string, message: Payload) => void;
  /** The ids of waiters that were woken; each is taken off. May be called during `wake`. */
  readonly onArrival: (waiters: readonly string[]) => void;
  readonly logger: Logger;
}

/**
 * Carries hints and live messages between the processes that share one SQLite file on one machine, because SQLite has
 * no notifications: every instance has a connection to every other. What it carries may be lost and is never stored.
 */
export class Mesh implements Lifecycle {
  readonly #options: MeshOptions;
  readonly #lifecycle: LifecycleGuard = new LifecycleGuard(
    () => Promise.resolve(),
    () => Promise.resolve(),
  );
  readonly #topics = new Set<string>();
  readonly #waiters = new Map<string, Waiter>();

  constructor(options: MeshOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Sends to every process that subscribes to the topic, this one included, in order. Returns at once; a peer that does
   * not read loses messages.
   *
   * @throws TooLarge (`TOO_LARGE`) over `MESSAGE_LIMIT_BYTES`.
   */
  publish(topic: string, message: Payload): void {
    const bytes = typeof message === "string" ? Buffer.byteLength(message) : message.byteLength;
    if (bytes > MESSAGE_LIMIT_BYTES) throw tooLarge(topic, bytes);
    if (this.#topics.has(topic)) this.#options.onMessage(topic, message);
  }

  /** Resolves once no message that a peer publishes from now on can be missed. */
  subscribe(topic: string): Promise<void> {
    this.#topics.add(topic);
    return Promise.resolve();
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic);
  }

  hasSubscribers(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Announces an idle worker, until it is woken or `unwait` is called. */
  wait(waiter: Waiter): void {
    this.#waiters.set(waiter.id, waiter);
  }

  unwait(id: string): void {
    this.#waiters.delete(id);
  }

  /** Wakes at most as many waiters, here or in other processes, as there are jobs for them. */
  wake(ready: readonly ReadyJobs[]): void {
    const woken: string[] = [];
    for (const jobs of ready) woken.push(...this.#take(jobs));
    if (woken.length > 0) this.#options.onArrival(woken);
  }

  #take(jobs: ReadyJobs): string[] {
    const fitting = [...this.#waiters.values()]
      .filter(({ interest }) => interest.tasks.includes(jobs.task) && (interest.queues?.includes(jobs.queue) ?? true))
      .slice(0, jobs.count);
    for (const { id } of fitting) this.#waiters.delete(id);
    return fitting.map(({ id }) => id);
  }
}

function tooLarge(topic: string, bytes: number): TooLarge {
  return new TooLarge(
    `The message for topic "${topic}" has ${bytes} bytes, over the limit of ${MESSAGE_LIMIT_BYTES}: ` +
      "store the data and publish its id or place.",
    { details: { bytes, limitBytes: MESSAGE_LIMIT_BYTES } },
  );
}
