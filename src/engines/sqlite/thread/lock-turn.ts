import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../database/pause.ts";
import { nowMs, type Turnstile } from "./turnstile.ts";

// The head of the queue asks for the lock so often; the system adds 0.09 ms to a pause.
const HEAD_PAUSE_MS = 0.08;
// The others look whether it is their turn, later the further back they are.
const PLACE_PAUSE_MS = 0.4;
const MAX_PAUSE_MS = 4;
// Well before the others take this process for dead.
const SEEN_EVERY_MS = 20;

/** Takes turns at SQLite's write lock with the other processes of the file, first come, first served. */
export class LockTurn {
  readonly #turnstile: Turnstile;

  constructor(turnstile: Turnstile) {
    this.#turnstile = turnstile;
  }

  /**
   * Opens a write transaction by `tryBegin`, in turn. `isStillWanted` is asked in between; false ends the wait, and is
   * the answer. After true, the turn lasts until `end()`.
   */
  async begin(tryBegin: () => boolean, isStillWanted: () => boolean): Promise<boolean> {
    try {
      const hasBegun = await this.#takeTurn(tryBegin, isStillWanted);
      if (!hasBegun) this.end();
      return hasBegun;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /**
   * Lets the next one in. Call it when the commit has returned, not when SQLite's lock is free: in between SQLite may copy
   * its log into the database, and only if nobody writes meanwhile can the log then begin anew. Without that it grows for
   * as long as the processes are busy, and every commit copies a little of it, with two waits for the disk.
   */
  end(): void {
    this.#turnstile.leave();
  }

  async #takeTurn(tryBegin: () => boolean, isStillWanted: () => boolean): Promise<boolean> {
    const sinceMs = nowMs();
    this.#turnstile.wait(sinceMs);
    let seenMs = sinceMs;
    for (;;) {
      const ahead = this.#turnstile.ahead(sinceMs);
      if (ahead === 0 && tryBegin()) return true;
      pause(ahead === 0 ? HEAD_PAUSE_MS : Math.min(MAX_PAUSE_MS, ahead * PLACE_PAUSE_MS));
      // The thread's sockets are served in between.
      await nextTurn();
      if (!isStillWanted()) return false;
      if (nowMs() - seenMs < SEEN_EVERY_MS) continue;
      seenMs = nowMs();
      this.#turnstile.wait(sinceMs);
    }
  }
}
