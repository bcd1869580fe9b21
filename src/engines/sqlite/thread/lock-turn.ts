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
   * the answer.
   */
  async begin(tryBegin: () => boolean, isStillWanted: () => boolean): Promise<boolean> {
    const sinceMs = nowMs();
    const ahead = this.#turnstile.ahead(sinceMs);
    if (ahead === 0 && tryBegin()) return true;
    try {
      return await this.#waitInTurn({ sinceMs, ahead, tryBegin, isStillWanted });
    } finally {
      this.#turnstile.leave();
    }
  }

  async #waitInTurn({ sinceMs, tryBegin, isStillWanted, ...place }: Waiting): Promise<boolean> {
    let ahead = place.ahead;
    let seenMs = Number.NEGATIVE_INFINITY;
    while (isStillWanted()) {
      if (nowMs() - seenMs > SEEN_EVERY_MS) {
        seenMs = nowMs();
        this.#turnstile.wait(sinceMs);
      }
      pause(ahead === 0 ? HEAD_PAUSE_MS : Math.min(MAX_PAUSE_MS, ahead * PLACE_PAUSE_MS));
      // The thread's sockets are served in between.
      await nextTurn();
      // Once at the head, always at the head: whoever comes later is behind.
      if (ahead > 0) ahead = this.#turnstile.ahead(sinceMs);
      if (ahead === 0 && tryBegin()) return true;
    }
    return false;
  }
}

interface Waiting {
  readonly sinceMs: number;
  readonly ahead: number;
  readonly tryBegin: () => boolean;
  readonly isStillWanted: () => boolean;
}
