import type { Partition } from "../partition.ts";
import type { Partitions } from "./partitions.ts";

/** In which order partitions are asked for jobs: each claim begins with another one, but first where a job is known to be. */
export class Turns {
  readonly #partitions: Partitions;
  readonly #hinted = new Set<Partition>();
  readonly #quarantined = new Set<Partition>();
  #turn = 0;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  /** A job has become ready there. */
  hint(partition: Partition): void {
    this.#hinted.add(partition);
  }

  /** Whether a job waits there for a process to itself. */
  note(partition: Partition, quarantined: boolean): void {
    if (quarantined) this.#quarantined.add(partition);
    else this.#quarantined.delete(partition);
  }

  /** `alone`: of a process that could take a job which wants it to itself. */
  next(alone: boolean): readonly Partition[] {
    const { all } = this.#partitions;
    this.#turn = (this.#turn + 1) % all.length;
    const first = alone ? [...this.#quarantined, ...this.#hinted] : [...this.#hinted];
    this.#hinted.clear();
    return [...new Set([...first, ...all.slice(this.#turn), ...all.slice(0, this.#turn)])];
  }
}
