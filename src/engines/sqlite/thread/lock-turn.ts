import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../database/pause.ts";

// For so long after the lock was last seen taken, a gap is left behind each commit.
const CONTENDED_MS = 250;

/**
 * Takes turns at SQLite's write lock with other processes. SQLite has no queue for it: its own busy handler sleeps up
 * to 100 ms, and whoever asks at the right moment wins. Here those who have waited longer ask more often, and whoever
 * has just committed lets the others go first.
 */
export class LockTurn {
  #contendedUntilMs = 0;

  /** Waits before the next attempt, shorter the longer it has been. */
  async wait(waitedMs: number): Promise<void> {
    this.noticeContention();
    pause(Math.random() * (waitedMs < 4 ? 0.4 : 0.1));
    // The thread's sockets are served in between.
    await nextTurn();
  }

  noticeContention(): void {
    this.#contendedUntilMs = performance.now() + CONTENDED_MS;
  }

  /** Leaves the lock to others for a moment, if there are any. */
  async yield(heldMs: number): Promise<void> {
    if (performance.now() < this.#contendedUntilMs) pause(0.1 + Math.random() * Math.min(0.5, heldMs / 8));
    await nextTurn();
  }
}
