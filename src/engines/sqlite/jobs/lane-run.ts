import type { Row } from "../database/row.ts";
import type { Statements } from "../database/statements.ts";
import type { Lane } from "../lanes/lane.ts";

// A lane that has given nothing of late is asked for so many all the same.
const LEAST_READ = 4;

/** The ready jobs of one lane in its own order, read ahead as whole rows. */
export class LaneRun {
  readonly lane: Lane;
  readonly #statements: Statements;
  /** Rows of `sql/jobs/claimable-heads.sql`. */
  #rows: readonly Row[];
  #mayHaveMore: boolean;
  #next = 0;
  #taken = 0;

  /** Reads so many at first. */
  constructor(statements: Statements, lane: Lane, count: number) {
    this.lane = lane;
    this.#statements = statements;
    this.#rows = this.#read(count);
    this.#mayHaveMore = this.#rows.length === count;
  }

  /** How many were taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The next one. Where more must be read for it, `count` are: by then whoever took the others has claimed them, so that the index begins behind them. */
  head(count: number): Row | undefined {
    if (this.#next === this.#rows.length && this.#mayHaveMore) {
      const wanted = Math.max(LEAST_READ, count);
      this.#rows = this.#read(wanted);
      this.#mayHaveMore = this.#rows.length === wanted;
      this.#next = 0;
    }
    return this.#rows[this.#next];
  }

  take(): void {
    this.#next += 1;
    this.#taken += 1;
  }

  #read(count: number): readonly Row[] {
    return this.#statements.hot("jobs/claimable-heads").all(this.lane.id, count);
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
