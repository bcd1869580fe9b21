import type { HealthFinding, Maintenance, MigrationReport } from "../../../engine/index.ts";
import { migrateFile } from "../database/migrate.ts";
import type { SqliteSettings } from "../options.ts";
import type { Channel } from "./channel.ts";

// Both read or write the whole file, which may be large.
const MAINTENANCE_MS = 600_000;

/** Migration and health, as the main thread reaches them. */
export class SqliteMaintenance implements Maintenance {
  readonly #channel: Channel;
  readonly #settings: SqliteSettings;

  constructor(channel: Channel, settings: SqliteSettings) {
    this.#channel = channel;
    this.#settings = settings;
  }

  async migrate({ dryRun }: { readonly dryRun: boolean }): Promise<MigrationReport> {
    const deadlineAt = Date.now() + MAINTENANCE_MS;
    if (this.#channel.started) return this.#channel.call("migrate", { dryRun }, deadlineAt);
    return migrateFile(this.#settings, { dryRun, deadlineAt });
  }

  diagnose(): Promise<readonly HealthFinding[]> {
    return this.#channel.call("diagnose", undefined, Date.now() + MAINTENANCE_MS);
  }
}
