import type { Engine } from "../../engine/index.ts";
import { silentLogger } from "../../kernel/logger.ts";
import { SqliteEngine } from "./engine.ts";
import { readSqliteOptions, type SqliteEngineOptions } from "./options.ts";

export type { SqliteEngineOptions } from "./options.ts";

/**
 * An engine on one SQLite file, shared by any number of processes of one machine. Nothing is opened before `start()`,
 * which makes the file and its tables where they are missing.
 *
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 *
 * @example
 * const engine = createSqliteEngine({ path: "jobs.db" });
 * await engine.start();
 */
export function createSqliteEngine(options: SqliteEngineOptions): Engine {
  return new SqliteEngine(readSqliteOptions(options), options.logger ?? silentLogger);
}
