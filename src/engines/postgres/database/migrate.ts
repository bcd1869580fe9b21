import type { MigrationReport } from "../../../engine/index.ts";
import { Connection } from "../client/connection.ts";
import type { Ask } from "../client/pool.ts";
import { toEngineError } from "../errors.ts";
import type { PostgresSettings } from "../options.ts";
import { checkServer, OLDEST_COMPATIBLE, SCHEMA_VERSION, schemaVersion } from "./schema.ts";
import { readFunctions, readMigrations, readSql, type SqlFile } from "./texts.ts";

export interface MigrationRequest {
  readonly dryRun: boolean;
  readonly deadlineAt: number;
}

// Partitions for so many days to come: upkeep adds the next ones long before they are needed.
const DAYS_AHEAD = 2;

/**
 * Brings the schema up to date in one transaction; of several processes that start at once one does it and the others
 * find it done. Over a connection of its own, so that it does not wait behind jobs.
 *
 * @throws SchemaTooNew (`SCHEMA_TOO_NEW`), StorageInvalid (`STORAGE_INVALID`), EngineUnavailable (`ENGINE_UNAVAILABLE`)
 */
export async function migrate(settings: PostgresSettings, request: MigrationRequest): Promise<MigrationReport> {
  const connection = await Connection.open(settings.url, settings.place);
  try {
    const ask: Ask = (statement) => connection.ask(statement, request.deadlineAt);
    await checkServer(ask, settings.place);
    const from = await schemaVersion(ask, settings.schema);
    const migrations = pending(from, settings.schema);
    const report = reportOf(from, migrations);
    if (request.dryRun) return report;
    if (migrations.length > 0) return await migrateLocked(ask, settings.schema);
    await ask({ text: `SELECT ${settings.schema}.add_days($1)`, values: [DAYS_AHEAD] });
    return report;
  } catch (error) {
    throw toEngineError(error, settings.place);
  } finally {
    await connection.close();
  }
}

async function migrateLocked(ask: Ask, schema: string): Promise<MigrationReport> {
  await ask({ text: "BEGIN" });
  // Of the transaction, so that it is gone with it, also behind a pooler.
  await ask({ text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", values: [`${schema}:migrate`] });
  // Read again under the lock: another process may have migrated in between.
  const from = await schemaVersion(ask, schema);
  const migrations = pending(from, schema);
  if (migrations.length > 0) await apply(ask, schema, from, migrations);
  await ask({ text: "COMMIT" });
  return reportOf(from, migrations);
}

async function apply(ask: Ask, schema: string, from: number, migrations: readonly SqlFile[]): Promise<void> {
  // A migration that cannot have its lock at once fails and is tried again: work queues behind a lock that is waited for.
  const prepare = ["SET LOCAL lock_timeout = '2s'", "SET LOCAL check_function_bodies = off"];
  if (from === 0) prepare.push(`CREATE SCHEMA IF NOT EXISTS ${schema}`, readSql("schema/create-meta", schema));
  const texts = [...migrations, ...readFunctions(schema)].map(({ text }) => text);
  await ask({ text: [...prepare, ...texts].join(";\n") });
  await ask({ text: readSql("schema/write-meta", schema), values: [SCHEMA_VERSION, OLDEST_COMPATIBLE] });
  await ask({ text: `SELECT ${schema}.add_days($1)`, values: [DAYS_AHEAD] });
}

function pending(version: number, schema: string): readonly SqlFile[] {
  return readMigrations(schema).filter(({ name }) => Number(name.slice(0, 3)) > version);
}

function reportOf(from: number, migrations: readonly SqlFile[]): MigrationReport {
  const to = Math.max(from, SCHEMA_VERSION);
  return { from, to, applied: migrations.map(({ name }) => name) };
}
