import type { Row } from "../database/row.ts";
import type { Lane } from "../lanes/lane.ts";

// A lane that has given nothing of late is asked for so many all the same.
const LEAST_READ = 4;

/** The ready jobs of one lane in its own order, read ahead as whole rows. */
export class LaneRun {
  readonly lane: Lane;
  readonly #read: (limit: number) => readonly Row[];
  /** Rows of `sql/jobs/claimable-heads.sql`. */
  #rows: readonly Row[] = [];
  #next = 0;
  #mayHaveMore = true;
  #taken = 0;

  /** `count`: so many are read at first. `read` reads from the lane's first ready job on, behind all that were taken. */
  constructor(lane: Lane, count: number, read: (limit: number) => readonly Row[]) {
    this.lane = lane;
    this.#read = read;
    this.#readOn(count);
  }

  /** How many were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The next one; where it must be read, so many are. */
  head(count: number): Row | undefined {
    if (this.#next === this.#rows.length && this.#mayHaveMore) this.#readOn(Math.max(LEAST_READ, count));
    return this.#rows[this.#next];
  }

  take(): void {
    this.#next += 1;
    this.#taken += 1;
  }

  #readOn(count: number): void {
    this.#rows = this.#read(count);
    this.#mayHaveMore = this.#rows.length === count;
    this.#next = 0;
  }
}

/** How many jobs each lane gave to the claim before: what it is asked for first by the next one. */
export class LaneShares {
  #byLane: ReadonlyMap<number, number> = new Map();

  /** `even`: the share of each lane if all were alike. */
  expect(lane: Lane, even: number): number {
    return Math.max(LEAST_READ, this.#byLane.get(lane.id) ?? even);
  }

  remember(runs: readonly LaneRun[]): void {
    this.#byLane = new Map(runs.map(({ lane, taken }) => [lane.id, taken]));
  }
}
