import { createHash, randomUUID } from "node:crypto";
import type { ClaimInterest, Subscription } from "../../engine/index.ts";
import type { Store } from "./store.ts";
import { pack, type Writer } from "./wire/writer.ts";

export interface Waiter {
  readonly number: number;
  readonly group: string;
  readonly interest: Buffer;
  resolve(): void;
}

/**
 * The workers of this process that wait for a hint. They stand in a line in Redis, one for each interest; who makes jobs
 * ready takes as many out of it as there are jobs, and tells each by a message to its process.
 */
export class Arrivals {
  readonly #store: Store;
  readonly #process = randomUUID();
  readonly #waiters = new Map<number, Waiter>();
  /** Those who wait again after a hint: the claim that follows it puts them into line as well. */
  #returning = new Set<Waiter>();
  /** Whether a hint came in this turn of the event loop. */
  #hinted = false;
  #last = 0;
  #subscription: Subscription | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.onUp(() => void this.#announceAll([...this.#waiters.values()]));
    store.onStop(async () => this.#wakeAll());
  }

  /** Call it before the first wait: a message to a process that does not listen is lost. */
  async listen(): Promise<void> {
    const { listener, keys } = this.#store;
    this.#subscription = await listener.add(keys.wake(this.#process), (message) => this.#wake(Number(message)));
  }

  /** Resolves at a hint, when `signal` aborts, or when the engine stops. @throws EngineClosed (`ENGINE_CLOSED`) */
  async wait(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    this.#store.commands.checkStarted();
    if (signal.aborted) return;
    this.#last += 1;
    const number = this.#last;
    const packed = packInterest(interest);
    const group = createHash("sha1").update(packed).digest("base64url");
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => this.#leave(number);
      const finish = (): void => {
        signal.removeEventListener("abort", onAbort);
        this.#waiters.delete(number);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      const waiter: Waiter = {
        ...{ number, group, interest: packed },
        resolve: () => {
          finish();
          resolve();
        },
      };
      this.#waiters.set(number, waiter);
      if (this.#hinted) return this.#return(waiter);
      this.#announce([waiter]).catch((error: unknown) => {
        finish();
        reject(error);
      });
    });
  }

  /**
   * Those who go into line with the exchange to come; `failed` is to be called where it fails. A script of its own took as long
   * as the claim itself, and stood in front of it.
   */
  takeReturning(): { readonly waiters: readonly Waiter[]; readonly failed: () => void } {
    const waiters = [...this.#returning];
    this.#returning.clear();
    return { waiters, failed: () => void this.#announceAll(waiters) };
  }

  /** Writes what `enterLine` of `scripts/lib/line.lua` reads. */
  writeWaiters(writer: Writer, waiters: readonly Waiter[]): void {
    writer.array(waiters.length * 4);
    for (const { group, interest, number } of waiters)
      writer.text(group).bytes(interest).text(this.#process).number(number);
  }

  #return(waiter: Waiter): void {
    this.#returning.add(waiter);
    // A worker claims at the end of the turn. Where nobody did, nothing else would put it into line.
    setImmediate(() => setImmediate(() => void this.#announceAll(this.takeReturning().waiters)));
  }

  #wake(number: number): void {
    const waiter = this.#waiters.get(number);
    if (waiter === undefined) return;
    if (!this.#hinted)
      setImmediate(() => {
        this.#hinted = false;
      });
    this.#hinted = true;
    waiter.resolve();
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters.values()]) waiter.resolve();
    void this.#subscription?.close();
    this.#subscription = undefined;
  }

  #leave(number: number): void {
    const waiter = this.#waiters.get(number);
    if (waiter === undefined) return;
    waiter.resolve();
    if (this.#returning.delete(waiter)) return;
    const request = pack((writer) => writer.array(3).text(waiter.group).text(this.#process).number(number));
    // One who stays in line is told of a job in vain, and a poll stands behind.
    this.#store.commands.run("leave", request).catch(() => {});
  }

  /** Where nobody is to be told of a failure: the next connection announces them again, and their workers poll meanwhile. */
  async #announceAll(waiters: readonly Waiter[]): Promise<void> {
    const waiting = waiters.filter(({ number }) => this.#waiters.has(number));
    if (waiting.length > 0) await this.#announce(waiting).catch(() => {});
  }

  async #announce(waiters: readonly Waiter[]): Promise<void> {
    await this.#store.commands.run(
      "wait",
      pack((writer) => this.writeWaiters(writer, waiters)),
    );
  }
}

/** The same for equal interests, so that their workers stand in one line. */
function packInterest({ queues, tasks }: ClaimInterest): Buffer {
  return pack((writer: Writer) => {
    writer.array(2);
    if (queues === undefined) writer.boolean(false);
    else writer.texts(queues);
    writer.texts(tasks);
  });
}
