import { closeSync, constants, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { threadId } from "node:worker_threads";

const SLOTS = 256;
/** Since when the process waits, and when it was last seen waiting: two doubles of milliseconds. */
const SLOT_BYTES = 16;

// A waiter that was not seen for so long was killed, or has no processor: the others go past it.
const STALE_MS = 100;

/**
 * Who waits for SQLite's write lock or holds it, and since when: a small file in which each process has a slot. SQLite has no queue,
 * so that without it whoever asks at the right moment wins. It is a courtesy and no lock: where the file cannot be used, or a slot is shared by
 * chance, nothing breaks.
 */
export class Turnstile {
  readonly #path: string;
  readonly #file: number | undefined;
  /** The number under which the others see this process. */
  readonly slot: number;
  readonly #all = new Float64Array((SLOTS * SLOT_BYTES) / 8);
  readonly #own = new Float64Array(SLOT_BYTES / 8);

  /** Lies beside the database, as SQLite's own `-wal` and `-shm` do, and goes with the last process as they do. */
  constructor(databasePath: string, slot: number = ownSlot()) {
    this.#path = `${databasePath}-turns`;
    this.#file = openBeside(databasePath, this.#path);
    this.slot = slot;
  }

  /** Joins the queue, which a process leaves after its turn, or says again that this process waits, since the same `sinceMs` as before. */
  wait(sinceMs: number): void {
    this.#own[0] = sinceMs;
    this.#own[1] = nowMs();
    this.#write();
  }

  /** Leaves the queue, and lets the next one in. */
  leave(): void {
    this.#own.fill(0);
    this.#write();
  }

  /** The slots of the processes that are in the queue since before `sinceMs`, in order: the first one's turn it is. */
  ahead(sinceMs: number): readonly number[] {
    if (this.#file === undefined) return [];
    const bytes = readSync(this.#file, this.#all, 0, this.#all.byteLength, 0);
    const seenAfterMs = nowMs() - STALE_MS;
    const ahead: { readonly slot: number; readonly since: number }[] = [];
    for (let index = 0; index < bytes / 8; index += 2) {
      const since = this.#all[index] ?? 0;
      const seen = this.#all[index + 1] ?? 0;
      const slot = index / 2;
      if (seen > seenAfterMs && since < sinceMs && slot !== this.slot) ahead.push({ slot, since });
    }
    return ahead.sort((left, right) => left.since - right.since).map(({ slot }) => slot);
  }

  /** `isLast`: no other process uses the database, so the file goes. */
  close(isLast: boolean): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    if (isLast) rmSync(this.#path, { force: true });
  }

  #write(): void {
    if (this.#file !== undefined) writeSync(this.#file, this.#own, 0, SLOT_BYTES, this.slot * SLOT_BYTES);
  }
}

/** Milliseconds of a clock that all processes of the machine share, and that nobody sets. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Processes that were started together have numbers in a row, so they hardly share a slot. */
function ownSlot(): number {
  return (process.pid + threadId * 67) % SLOTS;
}

/** Opens the file, made with the permissions of the database: whoever may use that one may take turns. */
function openBeside(databasePath: string, path: string): number | undefined {
  const { O_CREAT, O_RDWR } = constants;
  try {
    return openSync(path, O_CREAT | O_RDWR, statSync(databasePath).mode & 0o777);
  } catch {
    // Without turns the lock goes to whoever asks at the right moment.
    return undefined;
  }
}
