import type { ClaimInterest } from "../../../engine/index.ts";
import type { JobState } from "../../../kernel/job.ts";
import { type Row, readNumber, readText } from "../database/row.ts";
import { checkCompatible } from "../database/schema.ts";
import type { Statements } from "../database/statements.ts";
import { type Counters, emptyCounters, type Lane, unfinished } from "./lane.ts";

/** What a transaction has added to the counters of one lane. */
interface Tally {
  readonly lane: Lane;
  readonly added: Counters;
  /** Jobs that became ready, those that were claimed again in the same transaction included. */
  becameReady: number;
}

/** What a savepoint that is rolled back goes back to: a lane as it was before its first change. */
interface Before {
  readonly counters: Counters;
  readonly tally: Tally | undefined;
}

/** A lane in which a committed transaction has made jobs ready. */
export interface ReadyLane {
  readonly queue: string;
  readonly task: string;
  readonly count: number;
}

/**
 * All lanes of the namespace in memory, read again only after another connection has committed, with the changes of the
 * open transaction summed up so that each lane is written once for it.
 */
export class Lanes {
  readonly #statements: Statements;
  readonly #lanes = new Map<number, Lane>();
  readonly #byName = new Map<string, Lane>();
  readonly #paused = new Set<string>();
  readonly #tallies = new Map<number, Tally>();
  #dataVersion = -1;
  #mark: Map<number, Before> | undefined;
  #created: Lane[] = [];

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /**
   * Call it in an open transaction, so that what it reads cannot change before the end.
   * @throws SchemaTooNew (`SCHEMA_TOO_NEW`)
   */
  refresh(): void {
    const row = this.#statements.named("lanes/data-version").get();
    const dataVersion = row === undefined ? -1 : readNumber(row, 0);
    if (dataVersion === this.#dataVersion) return;
    // What has changed may have been a migration, past what this code may write to.
    checkCompatible(this.#statements);
    this.#load();
    this.#dataVersion = dataVersion;
  }

  /** Forgets everything: after a rollback the memory is ahead of the file. */
  invalidate(): void {
    this.#dataVersion = -1;
    this.#tallies.clear();
    this.#mark = undefined;
  }

  all(): IterableIterator<Lane> {
    return this.#lanes.values();
  }

  get paused(): ReadonlySet<string> {
    return this.#paused;
  }

  setPaused(queue: string, paused: boolean): void {
    this.#statements.named("lanes/pause-queue").run({ name: queue, paused: paused ? 1 : 0 });
    if (paused) {
      this.#paused.add(queue);
      return;
    }
    this.#paused.delete(queue);
    // What was hidden by the pause is news to idle workers.
    for (const lane of this.#lanes.values())
      if (lane.queue === queue && lane.counters.ready > 0) this.#tallyOf(lane).becameReady += lane.counters.ready;
  }

  /**
   * A job whose lane is not in the table was changed by another hand. It gets a lane that no worker claims from, where
   * `diagnose` finds it: an error here would stop the upkeep of everyone's jobs.
   */
  get(id: number): Lane {
    const name = `(lane ${id} is missing)`;
    return this.#lanes.get(id) ?? { id, queue: name, task: name, counters: emptyCounters() };
  }

  /** The lane of a task in a queue; it is made where there is none. */
  of(queue: string, task: string): Lane {
    const known = this.#byName.get(nameOf(queue, task));
    if (known !== undefined) return known;
    const row = this.#statements.named("lanes/insert").get({ queue, task });
    const lane = { id: row === undefined ? 0 : readNumber(row, 0), queue, task, counters: emptyCounters() };
    this.#add(lane);
    this.#created.push(lane);
    return lane;
  }

  /** The lanes with ready jobs from which a worker of this interest may claim now. */
  eligible(interest: ClaimInterest): Lane[] {
    const tasks = new Set(interest.tasks);
    const queues = interest.queues === undefined ? undefined : new Set(interest.queues);
    const lanes: Lane[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.counters.ready > 0 && tasks.has(lane.task) && this.#isOpen(lane, queues)) lanes.push(lane);
    }
    return lanes;
  }

  /** How many jobs of a queue have not ended. */
  depth(queue: string): number {
    let depth = 0;
    for (const lane of this.#lanes.values()) if (lane.queue === queue) depth += unfinished(lane.counters);
    return depth;
  }

  /** Counts a job's change of state; `undefined` is where it comes from when pushed, and goes to when removed. */
  move(lane: Lane, from: JobState | undefined, to: JobState | undefined, jobs: number = 1): void {
    const tally = this.#tallyOf(lane);
    if (from !== undefined) {
      tally.added[from] -= jobs;
      lane.counters[from] -= jobs;
    }
    if (to === undefined) return;
    tally.added[to] += jobs;
    lane.counters[to] += jobs;
    if (to === "ready") tally.becameReady += jobs;
  }

  /** Writes the sums of the transaction; says in which lanes jobs have become ready and still are. */
  flush(): readonly ReadyLane[] {
    const add = this.#statements.named("lanes/add");
    const ready: ReadyLane[] = [];
    for (const { lane, added, becameReady } of this.#tallies.values()) {
      add.run({ lane: lane.id, ...added });
      const count = Math.min(becameReady, lane.counters.ready);
      if (count > 0 && !this.#paused.has(lane.queue)) ready.push({ queue: lane.queue, task: lane.task, count });
    }
    this.#tallies.clear();
    this.#created = [];
    return ready;
  }

  /** From here on, `rollback()` can take back what was counted. Marks do not nest. */
  mark(): void {
    this.#mark = new Map();
    this.#created = [];
  }

  release(): void {
    this.#mark = undefined;
  }

  rollback(): void {
    for (const [id, { counters, tally }] of this.#mark ?? []) {
      Object.assign(this.get(id).counters, counters);
      if (tally === undefined) this.#tallies.delete(id);
      else this.#tallies.set(id, tally);
    }
    for (const lane of this.#created) this.#forget(lane);
    this.#mark = undefined;
    this.#created = [];
  }

  #isOpen(lane: Lane, queues: ReadonlySet<string> | undefined): boolean {
    return !this.#paused.has(lane.queue) && (queues === undefined || queues.has(lane.queue));
  }

  #tallyOf(lane: Lane): Tally {
    const known = this.#tallies.get(lane.id);
    if (this.#mark !== undefined && !this.#mark.has(lane.id)) {
      const tally = known === undefined ? undefined : { ...known, added: { ...known.added } };
      this.#mark.set(lane.id, { counters: { ...lane.counters }, tally });
    }
    if (known !== undefined) return known;
    const tally: Tally = { lane, added: emptyCounters(), becameReady: 0 };
    this.#tallies.set(lane.id, tally);
    return tally;
  }

  #load(): void {
    this.#lanes.clear();
    this.#byName.clear();
    this.#paused.clear();
    for (const row of this.#statements.named("lanes/all").all()) this.#add(toLane(row));
    for (const row of this.#statements.named("lanes/paused-queues").all()) this.#paused.add(readText(row, 0));
  }

  #add(lane: Lane): void {
    this.#lanes.set(lane.id, lane);
    this.#byName.set(nameOf(lane.queue, lane.task), lane);
  }

  #forget(lane: Lane): void {
    this.#lanes.delete(lane.id);
    this.#byName.delete(nameOf(lane.queue, lane.task));
    this.#tallies.delete(lane.id);
  }
}

function nameOf(queue: string, task: string): string {
  // Names hold no control characters, so this cannot be a name of something else.
  return `${queue}\0${task}`;
}

function toLane(row: Row): Lane {
  return {
    id: readNumber(row, 0),
    queue: readText(row, 1),
    task: readText(row, 2),
    counters: {
      scheduled: readNumber(row, 3),
      ready: readNumber(row, 4),
      active: readNumber(row, 5),
      waiting: readNumber(row, 6),
      succeeded: readNumber(row, 7),
      failed: readNumber(row, 8),
      revoked: readNumber(row, 9),
    },
  };
}
