import { texts } from "../client/arrays.ts";
import type { Statement } from "../client/connection.ts";
import type { Pool } from "../client/pool.ts";

export interface LaneName {
  readonly queue: string;
  readonly task: string;
}

/** The numbers of lanes by their names and the names by their numbers: neither ever changes, so each is asked for once. */
export class Lanes {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, LaneName>();

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  /** The number of a lane that `know` has seen. */
  numberOf(queue: string, task: string): number {
    const number = this.#numbers.get(keyOf(queue, task));
    if (number === undefined) throw new RangeError(`The lane of task ${task} in queue ${queue} has no number.`);
    return number;
  }

  /** Learns the numbers of these lanes, which are made where there are none; they outlast a transaction around. */
  async know(lanes: Iterable<LaneName>, deadlineAt: number): Promise<void> {
    const unknown = new Map<string, LaneName>();
    for (const lane of lanes) {
      const key = keyOf(lane.queue, lane.task);
      if (!this.#numbers.has(key)) unknown.set(key, lane);
    }
    if (unknown.size === 0) return;
    const wanted = [...unknown.values()];
    await this.#learn(
      {
        text: `SELECT lane, queue, task FROM ${this.#schema}.lanes_of($1, $2)`,
        values: [texts(wanted.map(({ queue }) => queue)), texts(wanted.map(({ task }) => task))],
      },
      deadlineAt,
    );
  }

  /** The name of a lane that a row named. */
  async nameOf(number: number): Promise<LaneName> {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    await this.#learn({ text: `SELECT lane, queue, task FROM ${this.#schema}.lane` });
    // A row that was changed by another hand: its job is shown all the same.
    const missing = `(lane ${number} is missing)`;
    return this.#names.get(number) ?? { queue: missing, task: missing };
  }

  /** Every name that is known by now. */
  get names(): ReadonlyMap<number, LaneName> {
    return this.#names;
  }

  async #learn(statement: Statement, deadlineAt?: number): Promise<void> {
    const { rows } = await this.#pool.run(statement, deadlineAt);
    for (const [number, queue, task] of rows) {
      const name = { queue: String(queue), task: String(task) };
      this.#numbers.set(keyOf(name.queue, name.task), Number(number));
      this.#names.set(Number(number), name);
    }
  }
}

function keyOf(queue: string, task: string): string {
  // Names hold no control characters, so this cannot be a name of something else.
  return `${queue}\0${task}`;
}
