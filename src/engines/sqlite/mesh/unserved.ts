import type { Link } from "./link.ts";
import type { ReadyJobs } from "./waiter.ts";

// A worker that found nothing, and whose announcement was on its way when the jobs came, is heard of within a few
// milliseconds; 100 also cover a peer's thread that is busy with a long commit.
const KEPT_MS = 100;
const KEPT_ENTRIES = 1_000;

interface Entry {
  readonly jobs: ReadyJobs;
  readonly untilMs: number;
  readonly woken: Set<Link>;
}

/** Jobs for which no idle worker was known a moment ago: an announcement that crossed with them is still answered. */
export class UnservedJobs {
  readonly #entries = new Map<string, Entry>();

  add(jobs: ReadyJobs): void {
    const key = JSON.stringify([jobs.queue, jobs.task]);
    this.#entries.delete(key);
    this.#entries.set(key, { jobs, untilMs: performance.now() + KEPT_MS, woken: new Set() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= KEPT_ENTRIES) break;
      this.#entries.delete(oldest);
    }
  }

  /**
   * Offers what is recent to a peer that has become idle: once each, since it would otherwise come back for jobs that
   * others have taken, and as often as there are jobs.
   */
  offer(link: Link, wakeOne: (jobs: ReadyJobs) => boolean): void {
    const now = performance.now();
    for (const [key, { jobs, untilMs, woken }] of this.#entries) {
      if (untilMs < now || woken.size >= jobs.count) this.#entries.delete(key);
      else if (!woken.has(link) && wakeOne(jobs)) woken.add(link);
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}
