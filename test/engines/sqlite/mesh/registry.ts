import { DatabaseSync } from "node:sqlite";
import type { Peer, PeerRegistry } from "../../../../src/engines/sqlite/mesh/index.ts";

/** A registry over a table of a database file, as several processes share it. */
export class TableRegistry implements PeerRegistry {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    this.#database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" +
        "CREATE TABLE IF NOT EXISTS peer (id TEXT PRIMARY KEY, address TEXT, pid INTEGER, host TEXT)",
    );
  }

  list(): Peer[] {
    return this.#database
      .prepare("SELECT id, address, pid, host FROM peer")
      .all()
      .map(({ id, address, pid, host }) => ({
        id: String(id),
        address: String(address),
        pid: Number(pid),
        host: String(host),
      }));
  }

  add({ id, address, pid, host }: Peer): void {
    this.#database.prepare("INSERT OR REPLACE INTO peer VALUES (?, ?, ?, ?)").run(id, address, pid, host);
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM peer WHERE id = ?").run(id);
  }

  close(): void {
    this.#database.close();
  }
}
