import { Heap } from "../../../kernel/heap.ts";
import { isQuarantined, type StoredJob } from "./job.ts";

const byPushOrder = (left: StoredJob, right: StoredJob): number => left.sequence - right.sequence;

/** The ready jobs of one task in one queue: what a claim may take or must leave is decided by the lane. */
export class Lane {
  readonly queue: string;
  readonly task: string;
  /** Ready jobs that no waiting worker was told of. */
  unannounced = 0;
  /** By priority, then push order; the place in the array is the priority. */
  readonly #ready: (Heap<StoredJob> | undefined)[] = [];
  readonly #quarantined = new Heap<StoredJob>(byPushOrder);
  #size = 0;

  constructor(queue: string, task: string) {
    this.queue = queue;
    this.task = task;
  }

  /** Quarantined jobs included. */
  get size(): number {
    return this.#size;
  }

  add(job: StoredJob): void {
    this.#heapOf(job).add(job);
    this.#size += 1;
    this.unannounced += 1;
  }

  remove(job: StoredJob): void {
    if (!this.#heapOf(job).remove(job)) return;
    this.#size -= 1;
    this.unannounced = Math.min(this.unannounced, this.#size);
  }

  /** The next job by priority and push order. */
  first(): StoredJob | undefined {
    for (let priority = this.#ready.length - 1; priority >= 0; priority -= 1) {
      const job = this.#ready[priority]?.peek();
      if (job !== undefined) return job;
    }
    return undefined;
  }

  /** The job that was pushed first, whatever its priority. */
  oldest(): StoredJob | undefined {
    return earliest(this.#ready.map((heap) => heap?.peek()));
  }

  /** The next job that must run alone in its process. */
  quarantined(): StoredJob | undefined {
    return this.#quarantined.peek();
  }

  #heapOf(job: StoredJob): Heap<StoredJob> {
    if (isQuarantined(job)) return this.#quarantined;
    const heap = this.#ready[job.priority] ?? new Heap<StoredJob>(byPushOrder);
    this.#ready[job.priority] = heap;
    return heap;
  }
}

/** The one that was pushed first. */
export function earliest(jobs: Iterable<StoredJob | undefined>): StoredJob | undefined {
  let found: StoredJob | undefined;
  for (const job of jobs) if (job !== undefined && (found === undefined || job.sequence < found.sequence)) found = job;
  return found;
}
