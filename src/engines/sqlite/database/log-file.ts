import { closeSync, fdatasyncSync, openSync } from "node:fs";

/**
 * SQLite's write-ahead log as a file of its own, so that a process can wait for the disk after it has let go of the write
 * lock. SQLite's own `synchronous = FULL` waits inside the lock: 8 processes that commit then wait for each other's disk.
 *
 * It holds no lock of SQLite's (those are on the database and its -shm file), so closing it releases none of them.
 */
export class LogFile {
  readonly #path: string;
  #file: number | undefined;

  /** Nothing is opened before the first `sync()`: the log is there from the first transaction on. */
  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Returns once everything that any process has committed so far is on the disk. */
  sync(): void {
    this.#file ??= openSync(this.#path, "r+");
    fdatasyncSync(this.#file);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
