import { StorageInvalid } from "../../kernel/errors.ts";
import type { Reader } from "./wire/reader.ts";

/**
 * Notices that the store has lost what it said it had: its random epoch is another, or a number that only grows went
 * back. That is a FLUSHALL, a restart without its data, or a failover to a replica that lagged.
 */
export class History {
  readonly #place: string;
  #epoch: string | undefined;
  #writes = 0;
  #alarm: StorageInvalid | undefined;

  constructor(place: string) {
    this.#place = place;
  }

  /** Reads the marks that `scripts/lib/history.lua` puts at the beginning of a reply. */
  heed(reader: Reader): void {
    reader.array();
    reader.array();
    this.note(reader.text(), reader.number());
  }

  note(epoch: string, writes: number): void {
    if (this.#epoch !== undefined && epoch !== this.#epoch)
      this.#raise("is not the store that it was: it was emptied (FLUSHALL), or began anew without its data");
    else if (writes < this.#writes)
      this.#raise(
        `went back by ${this.#writes - writes} writes: a failover, or a restore, lost what had been acknowledged`,
      );
    this.#epoch = epoch;
    this.#writes = writes;
  }

  /** The alarm that nobody has been told of yet. */
  takeAlarm(): StorageInvalid | undefined {
    const alarm = this.#alarm;
    this.#alarm = undefined;
    return alarm;
  }

  #raise(what: string): void {
    this.#alarm = new StorageInvalid(
      `The store at ${this.#place} ${what}. Jobs may be missing or run again. See that Redis persists (appendonly yes) and that nobody else empties it.`,
      { details: { server: this.#place } },
    );
    // Also where no worker is to be told: whoever pushes only should know.
    process.emitWarning(this.#alarm.message, { type: "LovageWarning", code: "LOVAGE_HISTORY_LOST" });
  }
}

/** Goes to what comes after the marks of a reply; gives how many values the reply has. */
export function skipMarks(reader: Reader): number {
  const length = reader.array();
  reader.array();
  reader.text();
  reader.number();
  return length;
}
