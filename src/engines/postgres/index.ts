import type { Engine } from "../../engine/index.ts";
import { PostgresEngine } from "./engine.ts";
import { type PostgresEngineOptions, readPostgresOptions } from "./options.ts";

export type { PostgresTransaction } from "./jobs/caller-transaction.ts";
export { type PostgresEngineOptions, readPostgresUrl } from "./options.ts";

/**
 * An engine on a PostgreSQL database, 13 or later, shared by any number of processes. Nothing is opened before `start()`,
 * which makes the schema and its tables where they are missing. It needs the package `pg`.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 *
 * @example
 * const engine = createPostgresEngine({ url: "postgres://app:secret@db.internal/shop" });
 * await engine.start();
 */
export function createPostgresEngine(options: PostgresEngineOptions): Engine {
  return new PostgresEngine(readPostgresOptions(options));
}
