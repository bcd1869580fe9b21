import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../database/pause.ts";
import { nowMs, type Turnstile } from "./turnstile.ts";

// The head of the queue asks for the lock so often; the system adds 0.09 ms to a pause.
const HEAD_PAUSE_MS = 0.05;
// The others look whether it is their turn, later the further back they are.
const PLACE_PAUSE_MS = 0.4;
const MAX_PAUSE_MS = 4;

/** Takes turns at SQLite's write lock with the other processes of the file, first come, first served. */
export class LockTurn {
  readonly #turnstile: Turnstile;

  constructor(turnstile: Turnstile) {
    this.#turnstile = turnstile;
  }

  /**
   * Opens a write transaction by `tryBegin`, in turn. `isStillWanted` is asked in between; false ends the wait, and is
   * the answer.
   */
  async begin(tryBegin: () => boolean, isStillWanted: () => boolean): Promise<boolean> {
    const sinceMs = nowMs();
    let ahead = this.#turnstile.ahead(sinceMs);
    if (ahead === 0 && tryBegin()) return true;
    try {
      for (;;) {
        if (!isStillWanted()) return false;
        this.#turnstile.wait(sinceMs);
        pause(ahead === 0 ? HEAD_PAUSE_MS : Math.min(MAX_PAUSE_MS, ahead * PLACE_PAUSE_MS));
        // The thread's sockets are served in between.
        await nextTurn();
        ahead = this.#turnstile.ahead(sinceMs);
        if (ahead === 0 && tryBegin()) return true;
      }
    } finally {
      this.#turnstile.leave();
    }
  }
}
