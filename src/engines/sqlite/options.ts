import { resolve } from "node:path";
import { OptionsInvalid } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/logger.ts";

/** Where the SQLite engine keeps its jobs, and how safely. */
export interface SqliteEngineOptions {
  /** The database file; it is made where it does not exist, its folder is not. May be the file of your own tables. */
  readonly path: string;
  /** The prefix of all its tables. A lower-case letter, then up to 30 of `a-z0-9_`. Default `"lovage"`. */
  readonly namespace?: string;
  /**
   * `"full"` survives a power cut: every commit waits for the disk. `"normal"` survives the death of any process, and
   * may lose the last commits when the machine itself fails. Default `"full"`.
   */
  readonly durability?: "full" | "normal";
  /** Hears what the engine notices by itself, such as a process of the same file that does not read. Default: nobody. */
  readonly logger?: Logger;
}

/** `SqliteEngineOptions` after defaults and validation. Structured-cloneable. */
export interface SqliteSettings {
  readonly path: string;
  readonly namespace: string;
  readonly durability: "full" | "normal";
}

/** @throws OptionsInvalid (`OPTIONS_INVALID`) with all mistakes. */
export function readSqliteOptions(options: SqliteEngineOptions): SqliteSettings {
  const { path, namespace = "lovage", durability = "full" } = options;
  const mistakes: string[] = [];
  if (typeof path !== "string" || path === "" || path.startsWith(":") || path.includes("\0"))
    mistakes.push(`path is ${JSON.stringify(path)}, not the path of a file; without a file there is the memory engine`);
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(namespace))
    mistakes.push(
      `namespace is ${JSON.stringify(namespace)}: write a lower-case letter, then up to 30 lower-case letters, digits or _`,
    );
  if (durability !== "full" && durability !== "normal")
    mistakes.push(`durability is ${JSON.stringify(durability)}, not "full" or "normal"`);
  if (mistakes.length > 0)
    throw new OptionsInvalid(`The options of the SQLite engine do not fit: ${mistakes.join("; ")}.`, {
      details: { mistakes },
    });
  return { path: resolve(path), namespace, durability };
}
