import { existsSync } from "node:fs";
import type { RenewalConnection } from "../../engine/index.ts";
import { openConnection, writeBlocking } from "./database/connection.ts";
import { checkCompatible } from "./database/schema.ts";
import { fileGone } from "./errors.ts";
import type { SqliteSettings } from "./options.ts";

// On a thread of its own that does nothing else: it may wait for the lock, well below the shortest useful lease.
const LOCK_MS = 5_000;

/**
 * Opens a connection for the lease thread, so that a worker whose event loop is blocked keeps its lease.
 * @throws StorageInvalid (`STORAGE_INVALID`), EngineTimeout (`ENGINE_TIMEOUT`)
 */
export async function connectRenewal(options: unknown): Promise<RenewalConnection> {
  const settings = options as SqliteSettings;
  // To open a file that was deleted meanwhile would be to make an empty one.
  if (!existsSync(settings.path)) throw fileGone(settings.path);
  const connection = openConnection(settings, Date.now() + LOCK_MS);
  return {
    async renew(worker, leaseMs) {
      writeBlocking(connection, Date.now() + LOCK_MS, () => {
        connection.checkFile();
        // A worker that may not settle any more must not hold its jobs.
        checkCompatible(connection.statements);
        connection.statements.named("liveness/renew").run({ id: worker, lease_ms: leaseMs, now: Date.now() });
      });
    },
    async close() {
      connection.close();
    },
  };
}
