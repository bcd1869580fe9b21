import type { NewJob } from "../../kernel/job.ts";
import { isFinished } from "../../kernel/state.ts";
import type { JobTable } from "./jobs/table.ts";

export interface KeyHolder {
  readonly jobId: string;
  readonly inputHash: string;
}

interface KeyEntry extends KeyHolder {
  readonly expiresAt: number;
}

/** Which job an idempotency key names: for its time to live, and as long as that job is unfinished. */
export class Keys {
  readonly #jobs: JobTable;
  readonly #entries = new Map<string, KeyEntry>();

  constructor(jobs: JobTable) {
    this.#jobs = jobs;
  }

  find(task: string, key: string, now: number): KeyHolder | undefined {
    const entry = this.#entries.get(nameOf(task, key));
    return entry === undefined || this.#hasLapsed(entry, now) ? undefined : entry;
  }

  /** Remembers the key of a job that was just stored. */
  remember(job: NewJob, now: number): void {
    if (job.key === undefined) return;
    const { key, inputHash, ttlMs } = job.key;
    this.#entries.set(nameOf(job.task, key), { jobId: job.id, inputHash, expiresAt: now + ttlMs });
  }

  /** Forgets at most `max` lapsed keys. A walk over all keys: 100,000 take 5 ms, once per prune. */
  prune(max: number, now: number): void {
    let left = max;
    for (const [name, entry] of this.#entries) {
      if (left <= 0) return;
      if (!this.#hasLapsed(entry, now)) continue;
      this.#entries.delete(name);
      left -= 1;
    }
  }

  #hasLapsed(entry: KeyEntry, now: number): boolean {
    if (now < entry.expiresAt) return false;
    const job = this.#jobs.get(entry.jobId);
    return job === undefined || isFinished(job.state);
  }
}

/** As JSON: no separator could be told from a part of a name. */
export function nameOf(task: string, key: string): string {
  return JSON.stringify([task, key]);
}
