import { readdirSync, readFileSync } from "node:fs";
import type { MigrationReport } from "../../../engine/index.ts";
import { SchemaTooNew } from "../../../kernel/errors.ts";
import { toEngineError } from "../errors.ts";
import type { SqliteSettings } from "../options.ts";
import { type Connection, openConnection, openToRead, writeBlocking } from "./connection.ts";
import { recount } from "./recount.ts";
import { readNumber } from "./row.ts";
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

/** The schema that this code writes, which is the number of its last migration. */
export const SCHEMA_VERSION = 1;

/**
 * The oldest code, by its `SCHEMA_VERSION`, that may go on working beside a store migrated by this one. Raised by a
 * migration that older code would damage or misread.
 */
const OLDEST_COMPATIBLE = 1;

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

/** 0 where the namespace has no tables yet. */
export function schemaVersion(connection: Connection): number {
  return readMeta(connection, "schema_version") ?? 0;
}

function checkedVersion(connection: Connection): number {
  const version = schemaVersion(connection);
  const oldestCompatible = readMeta(connection, "oldest_compatible") ?? 0;
  if (oldestCompatible <= SCHEMA_VERSION) return version;
  throw new SchemaTooNew(
    `The tables in ${connection.path} have schema ${version}, and code older than schema ${oldestCompatible} may not work beside it; this code has schema ${SCHEMA_VERSION}. Update Lovage in this process.`,
    { details: { path: connection.path, version, oldestCompatible, supported: SCHEMA_VERSION } },
  );
}

function readMeta(connection: Connection, name: string): number | undefined {
  // The table may not exist yet, and then the statement that reads it cannot be prepared.
  const exists = connection.statements.named("schema/meta-exists").get();
  if (exists === undefined || readNumber(exists, 0) === 0) return undefined;
  const row = connection.statements.named("schema/read-meta").get({ name });
  return row === undefined ? undefined : readNumber(row, 0);
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
