import type { Commands } from "./connection/commands.ts";
import { connectionLost, notReplicated } from "./errors.ts";

// A replica that follows confirms within a millisecond or two; one that does not follow is told of in time to act.
const REPLICA_MS = 1_000;

/**
 * Waits until a replica has what was written. `WAIT` holds up its connection, on which all else goes as well, and covers
 * everything that was written on it before: so there is one at a time, for all who wait, and others come in between.
 */
export class Replication {
  readonly #commands: Commands;
  readonly #place: string;
  /** The one that was sent, and the one to come: it serves those whose writes came after that was sent. */
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(commands: Commands, place: string) {
    this.#commands = commands;
    this.#place = place;
  }

  /** For what was just answered. @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) where none confirms. */
  async confirm(): Promise<void> {
    const { link } = this.#commands;
    await this.#join();
    // Another connection knows nothing of what was written on this one, and may be to another server.
    if (link === undefined || this.#commands.link !== link) throw connectionLost(this.#place, link?.cause);
  }

  #join(): Promise<void> {
    if (this.#current === undefined) return this.#begin();
    this.#next ??= this.#current.catch(ignore).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<void> {
    const current = this.#wait().finally(() => {
      if (this.#current === current) this.#current = undefined;
    });
    this.#current = current;
    return current;
  }

  async #wait(): Promise<void> {
    const confirmed = await this.#commands.send("WAIT", [1, REPLICA_MS]);
    if (Number(confirmed) < 1) throw notReplicated(this.#place, REPLICA_MS);
  }
}

/** What went wrong is told to those who waited for it. */
function ignore(): void {}
