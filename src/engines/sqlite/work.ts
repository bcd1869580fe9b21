import type { DatabaseSync } from "node:sqlite";
import type { JobChange, JobState } from "../../kernel/job.ts";
import type { Statements } from "./database/statements.ts";
import { isStorageError } from "./errors.ts";
import { ClaimedLanes } from "./jobs/claimed-lanes.ts";
import type { Lane } from "./lanes/lane.ts";
import { Lanes, type ReadyLane } from "./lanes/lanes.ts";

/** What a transaction has done that others want to hear of, once it has committed. */
export interface Committed {
  readonly ready: readonly ReadyLane[];
  readonly changes: readonly JobChange[];
}

/** One transaction at a time on one connection: what every operation works with. */
export class Work {
  readonly statements: Statements;
  readonly lanes: Lanes;
  readonly claimedLanes: ClaimedLanes = new ClaimedLanes();
  readonly #database: DatabaseSync;
  #nowMs = 0;
  #changes: JobChange[] = [];
  #recordsChanges = false;

  constructor(database: DatabaseSync, statements: Statements) {
    this.#database = database;
    this.statements = statements;
    this.lanes = new Lanes(statements);
  }

  /** The engine's clock: one instant for the whole transaction. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Call it right after the transaction was opened. */
  begin(options: { readonly recordChanges: boolean }): void {
    this.#nowMs = Date.now();
    this.#recordsChanges = options.recordChanges;
    this.#changes = [];
    this.lanes.refresh();
  }

  /** Writes what was summed up; call it right before the commit. */
  flush(): Committed {
    return { ready: this.lanes.flush(), changes: this.#changes };
  }

  /** Call it after a rollback. */
  discard(): void {
    this.#changes = [];
    this.lanes.invalidate();
  }

  /** Counts and records a job's change of state. `undefined`: it was not there before, or is not there any more. */
  moved(lane: Lane, id: string, from: JobState | undefined, to: JobState | undefined): void {
    this.lanes.move(lane, from, to);
    if (!this.#recordsChanges) return;
    const state = to ?? from;
    if (state !== undefined) this.#changes.push({ id, state });
  }

  /** Records that a job changed without its state changing. */
  touched(id: string, state: JobState): void {
    if (this.#recordsChanges) this.#changes.push({ id, state });
  }

  /**
   * Runs several statements that are kept together or not at all, so that one bad item does not fail its neighbours.
   * What is wrong with the store itself is thrown; what is wrong with the item goes to `refuse`.
   */
  attempt<Result>(body: () => Result, refuse: (error: unknown) => Result): Result {
    const changes = this.#changes.length;
    this.#database.exec("SAVEPOINT item");
    this.lanes.mark();
    try {
      const result = body();
      this.#database.exec("RELEASE item");
      this.lanes.release();
      return result;
    } catch (error) {
      return this.refuse(error, (cause) => {
        this.#database.exec("ROLLBACK TO item; RELEASE item");
        this.lanes.rollback();
        this.#changes.length = changes;
        return refuse(cause);
      });
    }
  }

  /** Answers for an item that a single statement refused; what is wrong with the store itself is thrown. */
  refuse<Result>(error: unknown, answer: (error: unknown) => Result): Result {
    if (isStorageError(error) || !this.#database.isTransaction) throw error;
    return answer(error);
  }
}
