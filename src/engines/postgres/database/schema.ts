import { SchemaTooNew, StorageInvalid } from "../../../kernel/errors.ts";
import type { Ask } from "../client/pool.ts";
import { readSql } from "./texts.ts";

/** The schema that this code writes, which is the number of its last migration. */
export const SCHEMA_VERSION = 1;

/**
 * The oldest code, by its `SCHEMA_VERSION`, that may go on working beside a schema migrated by this one. Raised by a
 * migration that older code would damage or misread.
 */
export const OLDEST_COMPATIBLE = 1;

/** A version of PostgreSQL as `server_version_num` has it. */
export const OLDEST_SERVER = 130_000;

/**
 * The version of the schema; 0 where it has no tables yet.
 * @throws SchemaTooNew (`SCHEMA_TOO_NEW`) where a newer version has migrated past what this code can work beside.
 */
export async function schemaVersion(ask: Ask, schema: string): Promise<number> {
  const { rows } = await ask({ text: readSql("schema/has-meta", schema) });
  if (rows.length === 0) return 0;
  const found = await ask({ text: readSql("schema/read-meta", schema) });
  const meta = new Map(found.rows.map(([name, value]) => [name, Number(value)]));
  const version = meta.get("schema_version") ?? 0;
  const oldestCompatible = meta.get("oldest_compatible") ?? 0;
  if (oldestCompatible <= SCHEMA_VERSION) return version;
  throw new SchemaTooNew(
    `The schema ${schema} has version ${version}, and code older than version ${oldestCompatible} may not work beside it; this code has version ${SCHEMA_VERSION}. Update Lovage in this process.`,
    { details: { version, oldestCompatible, supported: SCHEMA_VERSION } },
  );
}

/** @throws StorageInvalid (`STORAGE_INVALID`) for a server that is too old, or a database that cannot hold any text. */
export async function checkServer(ask: Ask, place: string): Promise<void> {
  const { rows } = await ask({
    text: "SELECT current_setting('server_version_num'), current_setting('server_encoding')",
  });
  const [version, encoding] = rows[0] ?? [];
  if (!(Number(version) >= OLDEST_SERVER))
    throw new StorageInvalid(`The server at ${place} is not PostgreSQL 13 or later (${version}). Update it.`);
  if (encoding !== "UTF8")
    throw new StorageInvalid(
      `The database at ${place} has the encoding ${encoding}, which cannot hold any text. Make one with ENCODING 'UTF8'.`,
    );
}
