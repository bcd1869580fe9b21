import type { ClaimInterest } from "../../../engine/jobs.ts";
import type { StoredJob } from "./job.ts";
import { Lane } from "./lane.ts";

/** The lanes that hold ready jobs, by task and queue, so that a claim visits only those it may take from. */
export class Lanes {
  readonly #lanes = new Map<string, Map<string, Lane>>();
  readonly #paused = new Set<string>();

  get paused(): ReadonlySet<string> {
    return this.#paused;
  }

  pause(queue: string): void {
    this.#paused.add(queue);
  }

  resume(queue: string): void {
    this.#paused.delete(queue);
  }

  add(job: StoredJob): Lane {
    const ofTask = this.#lanes.get(job.task) ?? new Map<string, Lane>();
    const lane = ofTask.get(job.queue) ?? new Lane(job.queue, job.task);
    this.#lanes.set(job.task, ofTask);
    ofTask.set(job.queue, lane);
    lane.add(job);
    return lane;
  }

  remove(job: StoredJob): void {
    const ofTask = this.#lanes.get(job.task);
    const lane = ofTask?.get(job.queue);
    lane?.remove(job);
    if (lane?.size === 0) ofTask?.delete(job.queue);
    if (ofTask?.size === 0) this.#lanes.delete(job.task);
  }

  /** The lanes that a worker of this interest may claim from now. */
  eligible(interest: ClaimInterest): Lane[] {
    return [...new Set(interest.tasks)].flatMap((task) =>
      [...(this.#lanes.get(task)?.values() ?? [])].filter((lane) => this.isEligible(lane, interest.queues)),
    );
  }

  isEligible(lane: Lane, queues: readonly string[] | undefined): boolean {
    return !this.#paused.has(lane.queue) && (queues === undefined || queues.includes(lane.queue));
  }

  /** Every lane with ready jobs, or those of one queue. */
  *all(queue?: string): Generator<Lane> {
    for (const ofTask of this.#lanes.values()) {
      for (const lane of ofTask.values()) if (queue === undefined || lane.queue === queue) yield lane;
    }
  }
}
