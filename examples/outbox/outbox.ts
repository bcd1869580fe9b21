import { randomUUID } from "node:crypto";
import type { App } from "lovage";

/** What better-sqlite3, libsql, node:sqlite and their like have in common. */
export interface Connection {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
}

interface Statement {
  run(...values: readonly (string | number)[]): unknown;
  all(...values: readonly (string | number)[]): readonly unknown[];
}

const BATCH = 500;

/** Adds the table to the app's own database. */
export function createOutbox(connection: Connection): void {
  connection.exec(`
    CREATE TABLE IF NOT EXISTS outbox (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      task TEXT NOT NULL,
      input TEXT NOT NULL
    ) STRICT
  `);
}

/** Notes a call in the caller's transaction: it becomes a job if that commits, and nothing if it rolls back. */
export function enqueue(connection: Connection, task: string, input: object): void {
  const statement = connection.prepare("INSERT INTO outbox (id, task, input) VALUES (?, ?, ?)");
  statement.run(randomUUID(), task, JSON.stringify(input));
}

/**
 * Pushes what has been noted, oldest first, and deletes it. Safe to repeat: should the process die in between, the same
 * rows are pushed again under the same keys, and name the jobs that are there. Resolves with the number of rows.
 */
export async function relayOnce(connection: Connection, app: App): Promise<number> {
  const rows = connection
    .prepare("SELECT position, id, task, input FROM outbox ORDER BY position LIMIT ?")
    .all(BATCH)
    .map(readRow);
  await Promise.all(rows.map(({ id, task, input }) => app.send(task, JSON.parse(input), { key: id })));
  const list = JSON.stringify(rows.map(({ position }) => position));
  connection.prepare("DELETE FROM outbox WHERE position IN (SELECT value FROM json_each(?))").run(list);
  return rows.length;
}

interface Row {
  readonly position: number;
  readonly id: string;
  readonly task: string;
  readonly input: string;
}

function readRow(row: unknown): Row {
  const { position, id, task, input } = Object(row);
  return { position: Number(position), id: String(id), task: String(task), input: String(input) };
}
