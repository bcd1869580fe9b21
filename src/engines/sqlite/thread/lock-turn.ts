import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../database/pause.ts";
import type { Link } from "../mesh/index.ts";
import { send } from "./letter.ts";
import { nowMs, type Turnstile } from "./turnstile.ts";

// The head of the queue asks for the lock so often; the system adds 0.09 ms to a pause.
const HEAD_PAUSE_MS = 0.08;
// Those behind whom a process waits that will not tell it look whether it is their turn, later the further back they are.
const PLACE_PAUSE_MS = 0.4;
const MAX_PAUSE_MS = 4;
// Who is told looks so often all the same: the one in front may have been killed.
const CALL_TIMEOUT_MS = 5;
// Well before the others take this process for dead.
const SEEN_EVERY_MS = 20;

/**
 * Takes turns at SQLite's write lock with the other processes of the file, first come, first served. Whoever ends its turn tells the
 * next one, where the two are connected: with everybody looking for themselves the looks of eight processes took a fifth of two cores.
 */
export class LockTurn {
  readonly #turnstile: Turnstile;
  readonly #peerAt: (slot: number) => Link | undefined;
  #onCall: () => void = () => {};

  /** `peerAt`: the connected process in a slot of the queue, if it tells us of our turn as we tell it. */
  constructor(turnstile: Turnstile, peerAt: (slot: number) => Link | undefined) {
    this.#turnstile = turnstile;
    this.#peerAt = peerAt;
  }

  /**
   * Opens a write transaction by `tryBegin`, in turn. `isStillWanted` is asked in between, with the slots of those in front;
   * false ends the wait, and is the answer. After true, the turn lasts until `end()`.
   */
  async begin(tryBegin: () => boolean, isStillWanted: (ahead: readonly number[]) => boolean): Promise<boolean> {
    try {
      return await this.#takeTurn(tryBegin, isStillWanted);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /**
   * Lets the next one in; says whether one was told, by a letter that leaves at the end of this turn of the event loop. Call it when the
   * commit has returned, not when SQLite's lock is free: in between SQLite may copy its log into the database, and only if nobody writes
   * meanwhile can the log then begin anew. Without that it grows for as long as the processes are busy, and every commit copies a little
   * of it, with two waits for the disk.
   */
  end(): boolean {
    this.#turnstile.leave();
    const [next] = this.#turnstile.ahead(Number.POSITIVE_INFINITY);
    const peer = next === undefined ? undefined : this.#peerAt(next);
    return peer !== undefined && send(peer, { kind: "turn" });
  }

  /** The one in front has said that it is this process's turn. */
  call(): void {
    this.#onCall();
  }

  async #takeTurn(tryBegin: () => boolean, isStillWanted: (ahead: readonly number[]) => boolean): Promise<boolean> {
    const sinceMs = nowMs();
    this.#turnstile.wait(sinceMs);
    let seenMs = sinceMs;
    for (;;) {
      const ahead = this.#turnstile.ahead(sinceMs);
      if (ahead.length === 0 && tryBegin()) return true;
      if (!isStillWanted(ahead)) {
        // Only the first in the queue keeps anyone waiting by having stood there.
        if (ahead.length === 0) this.end();
        else this.#turnstile.leave();
        return false;
      }
      await this.#wait(ahead);
      if (nowMs() - seenMs < SEEN_EVERY_MS) continue;
      seenMs = nowMs();
      this.#turnstile.wait(sinceMs);
    }
  }

  /** The thread's sockets are served meanwhile, or afterwards. */
  async #wait(ahead: readonly number[]): Promise<void> {
    if (ahead.length > 0 && ahead.every((slot) => this.#peerAt(slot) !== undefined)) {
      await this.#called();
      return;
    }
    pause(ahead.length === 0 ? HEAD_PAUSE_MS : Math.min(MAX_PAUSE_MS, ahead.length * PLACE_PAUSE_MS));
    await nextTurn();
  }

  #called(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#onCall = () => {};
        resolve();
      };
      const timer = setTimeout(done, CALL_TIMEOUT_MS);
      this.#onCall = done;
    });
  }
}
