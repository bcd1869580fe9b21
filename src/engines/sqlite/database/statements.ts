import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { HotStatement, Statement } from "./statement.ts";

const texts = new Map<string, string>();

/** The text of `sql/<name>.sql` with its tables' prefix put in. */
export function readSql(name: string, namespace: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8");
    texts.set(name, text);
  }
  return text.replaceAll("{namespace}", namespace);
}

/** The prepared statements of one connection, each prepared when it is first asked for. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #namespace: string;
  readonly #named = new Map<string, Statement>();
  readonly #hot = new Map<string, HotStatement>();

  constructor(database: DatabaseSync, namespace: string) {
    this.#database = database;
    this.#namespace = namespace;
  }

  /** The operation of `sql/<name>.sql`, its parameters given by name. */
  named(name: string): Statement {
    let statement = this.#named.get(name);
    if (statement === undefined) {
      statement = new Statement(this.#database.prepare(readSql(name, this.#namespace)));
      this.#named.set(name, statement);
    }
    return statement;
  }

  /** The operation of `sql/<name>.sql`, its parameters given in the order of its text. */
  hot(name: string): HotStatement {
    let statement = this.#hot.get(name);
    if (statement === undefined) {
      statement = new HotStatement(this.#database.prepare(toPositional(readSql(name, this.#namespace))));
      this.#hot.set(name, statement);
    }
    return statement;
  }
}

// node:sqlite binds values by position to anonymous parameters only.
function toPositional(text: string): string {
  return text.replace(/--.*$/gm, "").replace(/:[a-z_]+/g, "?");
}
