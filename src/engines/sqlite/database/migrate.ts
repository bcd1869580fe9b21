import { readdirSync, readFileSync } from "node:fs";
import type { MigrationReport } from "../../../engine/index.ts";
import { toEngineError } from "../errors.ts";
import type { SqliteSettings } from "../options.ts";
import { type Connection, openConnection, openToRead, writeBlocking } from "./connection.ts";
import { recount } from "./recount.ts";
import { checkCompatible, OLDEST_COMPATIBLE, SCHEMA_VERSION, schemaVersion } from "./schema.ts";
import { readSql } from "./statements.ts";

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/** What to migrate, and until when it may wait for others. */
export interface MigrationRequest {
  readonly namespace: string;
  readonly dryRun: boolean;
  readonly deadlineAt: number;
}

/**
 * Brings the tables of the namespace up to date in one transaction, so that of two processes starting at once the
 * second finds the work done.
 *
 * @throws SchemaTooNew (`SCHEMA_TOO_NEW`) where a newer version has migrated past what this code can work beside.
 */
export function migrate(connection: Connection, request: MigrationRequest): MigrationReport {
  const { namespace, dryRun, deadlineAt } = request;
  const from = checkedVersion(connection);
  const to = Math.max(from, SCHEMA_VERSION);
  if (from >= SCHEMA_VERSION || dryRun) return { from, to, applied: pending(from).map(({ name }) => name) };
  return writeBlocking(connection, deadlineAt, () => {
    // Read again under the lock: another process may have migrated in between.
    const locked = checkedVersion(connection);
    connection.database.exec(readSql("schema/create-meta", namespace));
    const migrations = pending(locked);
    for (const { text } of migrations) connection.database.exec(text.replaceAll("{namespace}", namespace));
    if (migrations.length > 0) writeVersions(connection);
    return { from: locked, to: Math.max(locked, SCHEMA_VERSION), applied: migrations.map(({ name }) => name) };
  });
}

/**
 * Does the same on somebody's wish, and then counts the jobs anew, which takes a walk over all of them.
 * @throws what `migrate` throws.
 */
export function migrateAndRecount(connection: Connection, request: MigrationRequest): MigrationReport {
  const report = migrate(connection, request);
  if (request.dryRun || recount(connection, request.deadlineAt) === 0) return report;
  return { ...report, applied: [...report.applied, "recount"] };
}

/**
 * Does the same for a file that no engine's thread has open. As a dry run it makes no file and writes to none.
 * @throws what `openConnection` and `migrate` throw.
 */
export function migrateFile(
  settings: SqliteSettings,
  request: { readonly dryRun: boolean; readonly deadlineAt: number },
): MigrationReport {
  const connection = request.dryRun ? openToRead(settings) : openConnection(settings, request.deadlineAt);
  if (connection === undefined) return { from: 0, to: SCHEMA_VERSION, applied: pending(0).map(({ name }) => name) };
  try {
    return migrateAndRecount(connection, { namespace: settings.namespace, ...request });
  } catch (error) {
    throw toEngineError(error, settings.path);
  } finally {
    connection.close();
  }
}

function checkedVersion({ statements }: Connection): number {
  checkCompatible(statements);
  return schemaVersion(statements);
}

function writeVersions(connection: Connection): void {
  const write = connection.statements.named("schema/write-meta");
  write.run({ name: "schema_version", value: SCHEMA_VERSION });
  write.run({ name: "oldest_compatible", value: OLDEST_COMPATIBLE });
}

function pending(version: number): readonly Migration[] {
  return readMigrations().filter(({ number }) => number > version);
}

function readMigrations(): readonly Migration[] {
  const folder = new URL("../migrations/", import.meta.url);
  return readdirSync(folder)
    .filter((file) => /^\d{3}-.*\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 3)),
      name: file.slice(0, -".sql".length),
      text: readFileSync(new URL(file, folder), "utf8"),
    }));
}
