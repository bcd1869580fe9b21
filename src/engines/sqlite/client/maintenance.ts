import type { HealthFinding, Maintenance, MigrationReport } from "../../../engine/index.ts";
import type { Channel } from "./channel.ts";

// Both read or write the whole file, which may be large.
const MAINTENANCE_MS = 600_000;

/** Migration and health, as the main thread reaches them. */
export class SqliteMaintenance implements Maintenance {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  migrate(request: { readonly dryRun: boolean }): Promise<MigrationReport> {
    return this.#channel.call("migrate", request, Date.now() + MAINTENANCE_MS);
  }

  diagnose(): Promise<readonly HealthFinding[]> {
    return this.#channel.call("diagnose", undefined, Date.now() + MAINTENANCE_MS);
  }
}
