import { existsSync, realpathSync, statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { fileGone, isBusy, notSynced, toEngineError } from "../errors.ts";
import type { SqliteSettings } from "../options.ts";
import { LogFile } from "./log-file.ts";
import { pause } from "./pause.ts";
import { Statements } from "./statements.ts";

// 8 MiB hold the upper levels of every index of 10 million jobs; SQLite's default of 2 MB does not.
const CACHE_KIBIBYTES = 8_192;
// After a burst the log is cut back to this at the next checkpoint, and not kept at its largest for ever.
const JOURNAL_LIMIT_BYTES = 16_777_216;
// NORMAL keeps the file sound at a power cut; that the last commits are on the disk is seen to by `sync()`.
const PRAGMAS = `PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -${CACHE_KIBIBYTES};
  PRAGMA journal_size_limit = ${JOURNAL_LIMIT_BYTES};
  PRAGMA temp_store = MEMORY;`;
// Readers wait only for the moment in which another process recovers or switches the file.
const READ_MS = 5_000;

/** One open connection to the engine's file. */
export class Connection {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly path: string;
  readonly #identity: string;
  readonly #realPath: string;
  /** Absent where a power cut may take the last commits. */
  readonly #log: LogFile | undefined;
  /** Of the files that SQLite keeps beside the database: there from the first transaction on. */
  #companions: string | undefined;
  // Prepared: a process that waits for the lock begins thousands of times a second.
  readonly #beginImmediate: StatementSync;
  readonly #commit: StatementSync;

  constructor(settings: SqliteSettings, database: DatabaseSync) {
    this.database = database;
    this.path = settings.path;
    this.statements = new Statements(database, settings.namespace);
    this.#beginImmediate = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#identity = identityAt(settings.path);
    this.#realPath = realpathSync(settings.path);
    if (settings.durability === "full") this.#log = new LogFile(this.#realPath);
  }

  /** False when another connection holds the write lock. */
  tryBegin(): boolean {
    try {
      this.#beginImmediate.run();
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    return true;
  }

  /** Lets go of the write lock: others see the changes from here on. `sync()` then waits until they are on the disk. */
  commit(): void {
    this.#commit.run();
  }

  /**
   * Returns once what was committed survives a power cut; call it before anyone is told that it was stored.
   * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`)
   */
  sync(): void {
    try {
      this.#log?.sync();
    } catch (error) {
      throw notSynced(this.path, error);
    }
  }

  /** Does nothing where SQLite has rolled back by itself, as it does when the disk is full. */
  rollback(): void {
    if (this.database.isTransaction) this.database.exec("ROLLBACK");
  }

  /**
   * Call it in a transaction. SQLite goes on writing into a file that has no name any more, and everything would be lost
   * at the last close. Where only the -wal or -shm file is gone, whoever opens the database next makes a new one, and two
   * processes then write past each other's locks.
   * @throws StorageInvalid (`STORAGE_INVALID`)
   */
  checkFile(): void {
    const companions = `${identityAt(`${this.#realPath}-wal`)} ${identityAt(`${this.#realPath}-shm`)}`;
    this.#companions ??= companions;
    if (identityAt(this.path) !== this.#identity || companions !== this.#companions) throw fileGone(this.path);
  }

  close(): void {
    this.#log?.close();
    if (this.database.isOpen) this.database.close();
  }
}

/**
 * Opens the file in WAL mode. Waits up to `deadlineAt` for another process that is doing the same.
 * @throws StorageInvalid (`STORAGE_INVALID`), EngineTimeout (`ENGINE_TIMEOUT`), StorageFull (`STORAGE_FULL`)
 */
export function openConnection(settings: SqliteSettings, deadlineAt: number): Connection {
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(settings.path, { timeout: 0 });
    database = opened;
    // Switching a new file to WAL needs an exclusive lock, which two processes that start at once both want.
    withRetry(deadlineAt, () => opened.exec("PRAGMA journal_mode = WAL"));
    withRetry(deadlineAt, () => opened.exec(PRAGMAS));
    return new Connection(settings, opened);
  } catch (error) {
    if (database?.isOpen) database.close();
    throw toEngineError(error, settings.path);
  }
}

/**
 * Opens the file for reading only, as it is; `undefined` where there is none.
 * @throws StorageInvalid (`STORAGE_INVALID`)
 */
export function openToRead(settings: SqliteSettings): Connection | undefined {
  if (!existsSync(settings.path)) return undefined;
  try {
    return new Connection(settings, new DatabaseSync(settings.path, { readOnly: true, timeout: READ_MS }));
  } catch (error) {
    throw toEngineError(error, settings.path);
  }
}

/** Runs a short write in a transaction of its own, blocking this thread until it can or the deadline is over. */
export function writeBlocking<Result>(connection: Connection, deadlineAt: number, write: () => Result): Result {
  try {
    withRetry(deadlineAt, () => connection.database.exec("BEGIN IMMEDIATE"));
    const result = write();
    connection.commit();
    connection.sync();
    return result;
  } catch (error) {
    connection.rollback();
    throw toEngineError(error, connection.path);
  }
}

/** Repeats while the database is locked, until the deadline; then throws what SQLite said. */
export function withRetry<Result>(deadlineAt: number, attempt: () => Result): Result {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadlineAt) throw error;
      pause(0.5 + Math.random());
    }
  }
}

function identityAt(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "gone" : `${stats.dev}:${stats.ino}`;
}
