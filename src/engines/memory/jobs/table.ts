import { Heap } from "../../../kernel/heap.ts";
import type { JobChange, JobState, LiveState, NewJob } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { createJob, type StoredJob } from "./job.ts";
import type { Lane } from "./lane.ts";
import { Lanes } from "./lanes.ts";

/** Who must hear of what happens in the table. */
export interface TableListener {
  /** A job became ready in this lane. */
  onReady(lane: Lane): void;
  onChange(change: JobChange): void;
  /** A job has ended, however it came to that. */
  onEnd(job: StoredJob): void;
}

export type LiveCounts = Record<LiveState, number>;

type JobPatch = Partial<Omit<StoredJob, "id" | "sequence" | "task" | "queue" | "state" | "version">>;

const never = Number.POSITIVE_INFINITY;

/** All jobs by id, with an index for every question that is asked often. Every change of a job goes through here. */
export class JobTable {
  readonly lanes: Lanes = new Lanes();
  readonly scheduled: Heap<StoredJob> = new Heap((left, right) => compare(left.dueAt, right.dueAt, left, right));
  /** Scheduled and ready jobs that can expire. */
  readonly expiring: Heap<StoredJob> = new Heap((left, right) => compare(left.expiresAt, right.expiresAt, left, right));
  readonly finished: Heap<StoredJob> = new Heap((left, right) => compare(left.pruneAt, right.pruneAt, left, right));
  /** In the order in which they finished. */
  readonly finishedInOrder: Set<StoredJob> = new Set();
  readonly counts: Map<string, LiveCounts> = new Map();
  readonly #jobs = new Map<string, StoredJob>();
  readonly #activeByWorker = new Map<string, Set<StoredJob>>();
  readonly #listener: TableListener;
  #lastSequence = 0;

  constructor(listener: TableListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#jobs.size;
  }

  get(id: string): StoredJob | undefined {
    return this.#jobs.get(id);
  }

  all(): IterableIterator<StoredJob> {
    return this.#jobs.values();
  }

  activeOf(worker: string): readonly StoredJob[] {
    return [...(this.#activeByWorker.get(worker) ?? [])];
  }

  /** How many unfinished jobs a queue holds. */
  depth(queue: string): number {
    const counts = this.counts.get(queue);
    return counts === undefined ? 0 : counts.scheduled + counts.ready + counts.active + counts.waiting;
  }

  insert(newJob: NewJob, now: number): void {
    this.#lastSequence += 1;
    const job = createJob(newJob, this.#lastSequence, now);
    this.#jobs.set(job.id, job);
    this.#index(job);
    this.#listener.onChange({ id: job.id, state: job.state });
  }

  /** The one way in which a job changes: indexes, counters, version and listeners follow. */
  change(job: StoredJob, state: JobState, patch: JobPatch): void {
    this.#unindex(job);
    Object.assign(job, patch);
    job.state = state;
    job.version += 1;
    this.#index(job);
    this.#listener.onChange({ id: job.id, state });
    if (isFinished(state)) this.#listener.onEnd(job);
  }

  remove(job: StoredJob): void {
    this.forget(job);
    this.#listener.onChange({ id: job.id, state: job.state });
  }

  /** Takes in a finished job of another engine: nobody is told, since nothing about it changed. */
  adopt(make: (sequence: number) => StoredJob): void {
    this.#lastSequence += 1;
    const job = make(this.#lastSequence);
    this.#jobs.set(job.id, job);
    this.#index(job);
  }

  /** Removes a job that is kept elsewhere: nobody is told. */
  forget(job: StoredJob): void {
    this.#unindex(job);
    this.#jobs.delete(job.id);
  }

  #index(job: StoredJob): void {
    if (isFinished(job.state)) {
      this.finished.add(job);
      this.finishedInOrder.add(job);
      return;
    }
    this.#count(job.queue, job.state, 1);
    if (job.state === "active") this.#activeSetOf(job.worker ?? "").add(job);
    else if (job.expiresAt !== undefined) this.expiring.add(job);
    if (job.state === "scheduled") this.scheduled.add(job);
    if (job.state === "ready") this.#listener.onReady(this.lanes.add(job));
  }

  #unindex(job: StoredJob): void {
    if (isFinished(job.state)) {
      this.finished.remove(job);
      this.finishedInOrder.delete(job);
      return;
    }
    this.#count(job.queue, job.state, -1);
    this.expiring.remove(job);
    if (job.state === "active") this.#leaveWorker(job);
    if (job.state === "scheduled") this.scheduled.remove(job);
    if (job.state === "ready") this.lanes.remove(job);
  }

  #count(queue: string, state: LiveState, by: number): void {
    const counts = this.counts.get(queue) ?? { scheduled: 0, ready: 0, active: 0, waiting: 0 };
    counts[state] += by;
    const isEmpty = counts.scheduled + counts.ready + counts.active + counts.waiting === 0;
    if (isEmpty) this.counts.delete(queue);
    else this.counts.set(queue, counts);
  }

  #activeSetOf(worker: string): Set<StoredJob> {
    const active = this.#activeByWorker.get(worker) ?? new Set<StoredJob>();
    this.#activeByWorker.set(worker, active);
    return active;
  }

  #leaveWorker(job: StoredJob): void {
    const worker = job.worker ?? "";
    const active = this.#activeSetOf(worker);
    active.delete(job);
    if (active.size === 0) this.#activeByWorker.delete(worker);
  }
}

function compare(left: number | undefined, right: number | undefined, one: StoredJob, other: StoredJob): number {
  // Not by subtraction alone: two infinite instants would give NaN.
  if (left === right) return one.sequence - other.sequence;
  return (left ?? never) < (right ?? never) ? -1 : 1;
}
