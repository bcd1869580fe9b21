import { type Connection, writeBlocking } from "../database/connection.ts";
import { type Row, readNumber, readText } from "../database/row.ts";
import type { Peer, PeerRegistry } from "../mesh/index.ts";

// The registry is synchronous, so waiting for the lock stops this thread: long enough for a busy file, no longer. To be
// listed can wait for the next sweep; to be taken off is asked for once.
const ADD_MS = 300;
const REMOVE_MS = 5_000;

/** The engine instances that share a file, in a table of that file. */
export class TablePeerRegistry implements PeerRegistry {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(): readonly Peer[] {
    return this.#connection.statements.named("peers/list").all().map(toPeer);
  }

  add({ id, address, pid, host }: Peer): void {
    this.#write(ADD_MS, () => this.#connection.statements.named("peers/add").run({ id, address, pid, host }));
  }

  remove(id: string): void {
    this.#write(REMOVE_MS, () => this.#connection.statements.named("peers/remove").run({ id }));
  }

  #write(limitMs: number, write: () => unknown): void {
    writeBlocking(this.#connection, Date.now() + limitMs, write);
  }
}

function toPeer(row: Row): Peer {
  return { id: readText(row, 0), address: readText(row, 1), pid: readNumber(row, 2), host: readText(row, 3) };
}
