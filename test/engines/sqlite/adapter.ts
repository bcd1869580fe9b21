import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { EngineAdapter } from "../../../src/testing/conformance/index.ts";
import { openEngine, pathOf } from "./conformance-engine.ts";

/** What the conformance suite must know of the SQLite engine. */
export const sqliteAdapter: EngineAdapter = {
  name: "SQLite",
  open: openEngine,
  leaseMs: 1_000,
  processes: { module: new URL("./conformance-engine.ts", import.meta.url).href },
  // A file is never away; the worst that can happen to it is that somebody holds its lock.
  async outage(reference) {
    const database = new DatabaseSync(pathOf(reference), { timeout: 10_000 });
    database.exec("BEGIN EXCLUSIVE");
    return {
      async end() {
        database.exec("ROLLBACK");
        database.close();
      },
    };
  },
  async discard(reference) {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(pathOf(reference) + suffix, { force: true });
  },
};
