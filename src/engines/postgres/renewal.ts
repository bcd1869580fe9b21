import type { RenewalConnection } from "../../engine/index.ts";
import { Connection } from "./client/connection.ts";
import { toEngineError } from "./errors.ts";
import type { PostgresSettings } from "./options.ts";

// Well below the shortest useful lease; the thread that asks does nothing else.
const RENEW_MS = 5_000;

/**
 * Opens a connection for the lease thread, so that a worker whose event loop is blocked keeps its lease.
 * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`)
 */
export async function connectRenewal(options: unknown): Promise<RenewalConnection> {
  const settings = options as PostgresSettings;
  const connection = await Connection.open(settings.url, settings.place);
  return {
    async renew(worker, leaseMs) {
      const values = [worker, Math.round(leaseMs)];
      try {
        await connection.ask({ text: `SELECT ${settings.schema}.renew($1, $2)`, values }, Date.now() + RENEW_MS);
      } catch (error) {
        throw toEngineError(error, settings.place);
      }
    },
    close: () => connection.close(),
  };
}
