import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { Row } from "./row.ts";

export type Parameters = Readonly<Record<string, SQLInputValue>>;

/** A prepared statement whose parameters are given by name. */
export class Statement {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = prepareForRows(statement);
  }

  /** Says how many rows changed. */
  run(parameters: Parameters = {}): number {
    return Number(this.#statement.run(parameters).changes);
  }

  get(parameters: Parameters = {}): Row | undefined {
    return toRow(this.#statement.get(parameters));
  }

  all(parameters: Parameters = {}): readonly Row[] {
    return toRows(this.#statement.all(parameters));
  }
}

/**
 * A prepared statement whose parameters are given in the order in which its text names them: 1.1 µs a run where names
 * cost 1.8 µs, so the statements that run once for every job are of this kind.
 */
export class HotStatement {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = prepareForRows(statement);
  }

  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  get(...values: SQLInputValue[]): Row | undefined {
    return toRow(this.#statement.get(...values));
  }

  all(...values: SQLInputValue[]): readonly Row[] {
    return toRows(this.#statement.all(...values));
  }
}

function prepareForRows(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  // A caller's own connection may have been opened to read integers as bigints.
  statement.setReadBigInts(false);
  return statement;
}

// node:sqlite types rows as objects whatever setReturnArrays says.
function toRow(row: unknown): Row | undefined {
  return row as Row | undefined;
}

function toRows(rows: unknown): readonly Row[] {
  return rows as readonly Row[];
}
