import { SchemaTooNew } from "../../../kernel/errors.ts";
import { readNumber } from "./row.ts";
import type { Statements } from "./statements.ts";

/** The schema that this code writes, which is the number of its last migration. */
export const SCHEMA_VERSION = 1;

/**
 * The oldest code, by its `SCHEMA_VERSION`, that may go on working beside a store migrated by this one. Raised by a
 * migration that older code would damage or misread.
 */
export const OLDEST_COMPATIBLE = 1;

/** The schema of the file; 0 where the namespace has no tables yet. */
export function schemaVersion(statements: Statements): number {
  return readMeta(statements, "schema_version") ?? 0;
}

/** @throws SchemaTooNew (`SCHEMA_TOO_NEW`) where a newer version has migrated past what this code can work beside. */
export function checkCompatible(statements: Statements): void {
  const oldestCompatible = readMeta(statements, "oldest_compatible") ?? 0;
  if (oldestCompatible <= SCHEMA_VERSION) return;
  const version = schemaVersion(statements);
  throw new SchemaTooNew(
    `The tables have schema ${version}, and code older than schema ${oldestCompatible} may not work beside it; this code has schema ${SCHEMA_VERSION}. Update Lovage in this process.`,
    { details: { version, oldestCompatible, supported: SCHEMA_VERSION } },
  );
}

function readMeta(statements: Statements, name: string): number | undefined {
  // The table may not exist yet, and then the statement that reads it cannot be prepared.
  const exists = statements.named("schema/meta-exists").get();
  if (exists === undefined || readNumber(exists, 0) === 0) return undefined;
  const row = statements.named("schema/read-meta").get({ name });
  return row === undefined ? undefined : readNumber(row, 0);
}
