import {
  EngineTimeout,
  EngineUnavailable,
  LovageError,
  NotJson,
  StorageFull,
  StorageInvalid,
  TooLarge,
} from "../../kernel/errors.ts";

// Primary result codes of SQLite (https://sqlite.org/rescode.html); an extended code holds its primary in 8 bits.
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const INPUT_OUTPUT = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const TOO_BIG = 18;
const NOT_A_DATABASE = 26;
// SQLITE_BUSY_SNAPSHOT: the transaction has read, and another has written since.
const BUSY_SNAPSHOT = 517;
// SQLITE_READONLY_DBMOVED and SQLITE_IOERR_VNODE: the file was moved or deleted under the connection.
const MOVED: readonly number[] = [1032, 6922];

/** Another connection holds the lock: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code !== undefined && ((code & 0xff) === BUSY || (code & 0xff) === LOCKED);
}

/** Whatever was thrown at the database, as an error of the catalogue. `path` is named in the message. */
export function toEngineError(error: unknown, path: string): LovageError {
  if (error instanceof LovageError) return error;
  const code = resultCodeOf(error);
  return code === undefined ? fromOther(error, path) : fromResultCode(code, error, path);
}

function fromResultCode(code: number, cause: unknown, path: string): LovageError {
  const options = { cause, details: { path, resultCode: code } };
  if (MOVED.includes(code)) return fileGone(path, cause);
  if (code === BUSY_SNAPSHOT)
    return new EngineTimeout(
      `The transaction on ${path} has read what another has changed since, so it can write nothing any more. Roll it back, and begin it by BEGIN IMMEDIATE.`,
      options,
    );
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return lockTimeout(path, cause);
    case FULL:
      return new StorageFull(
        `The disk is full, so nothing was stored in ${path}. Make room, or prune finished jobs.`,
        options,
      );
    case NOT_A_DATABASE:
      return new StorageInvalid(`${path} is not a SQLite database. Name another file, or move this one away.`, options);
    case CORRUPT:
      return new StorageInvalid(
        `The database ${path} is damaged (${textOf(cause)}). Stop all processes, then restore a backup or use sqlite3's .recover.`,
        options,
      );
    case READ_ONLY:
      return new StorageInvalid(
        `The database ${path} is read-only. The process needs to write to the file and to its folder.`,
        options,
      );
    case CANNOT_OPEN:
      return new StorageInvalid(
        `The database ${path} cannot be opened. The folder must exist, the process must be allowed to write to it, and the path must not be a folder.`,
        options,
      );
    case TOO_BIG:
      return new TooLarge(`A value is larger than SQLite stores (1,000,000,000 bytes). Store it elsewhere.`, options);
    case INPUT_OUTPUT:
      return new EngineUnavailable(
        `Reading or writing ${path} failed (${textOf(cause)}). Check the disk; the operation may be repeated.`,
        options,
      );
    default:
      return new EngineUnavailable(`SQLite refused an operation on ${path} (${textOf(cause)}).`, options);
  }
}

function fromOther(error: unknown, path: string): LovageError {
  return new EngineUnavailable(`The SQLite engine failed on ${path}: ${textOf(error)}.`, {
    cause: error,
    details: { path },
  });
}

export function lockTimeout(path: string, cause?: unknown): EngineTimeout {
  return new EngineTimeout(
    `The database ${path} stayed locked by another connection until the deadline, so nothing was stored. Look for a long transaction in a process that has the file open.`,
    { ...(cause === undefined ? {} : { cause }), details: { path } },
  );
}

export function notSynced(path: string, cause: unknown): EngineUnavailable {
  return new EngineUnavailable(
    `The disk did not confirm what was written to ${path} (${textOf(cause)}), so a power cut may take it. Check the disk; the operation may be repeated.`,
    { cause, details: { path } },
  );
}

export function fileGone(path: string, cause?: unknown): StorageInvalid {
  return new StorageInvalid(
    `The database file ${path}, or the -wal or -shm file beside it, was deleted or replaced while it was in use, so nothing more can be stored. Restore it and restart every process that uses it.`,
    { ...(cause === undefined ? {} : { cause }), details: { path } },
  );
}

/** Text that UTF-8 cannot hold: SQLite would store something else without a word. */
export function illFormed(what: string): NotJson {
  return new NotJson(
    `${what} holds a lone surrogate (half of a UTF-16 pair), which UTF-8 cannot store. JSON.stringify escapes them; call toWellFormed() on other text.`,
  );
}

function resultCodeOf(error: unknown): number | undefined {
  const isSqlite = error instanceof Error && "errcode" in error && typeof error.errcode === "number";
  return isSqlite ? Number(error.errcode) : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Besides what is wrong with the file: SQLITE_NOMEM and SQLITE_INTERRUPT.
const STORAGE_CODES: readonly number[] = [
  BUSY,
  LOCKED,
  7,
  READ_ONLY,
  9,
  INPUT_OUTPUT,
  CORRUPT,
  FULL,
  CANNOT_OPEN,
  NOT_A_DATABASE,
];

/** True for what fails the whole transaction, false for what is wrong with the values of one item. */
export function isStorageError(error: unknown): boolean {
  if (error instanceof StorageInvalid) return true;
  const code = resultCodeOf(error);
  return code !== undefined && STORAGE_CODES.includes(code & 0xff);
}
