import type { HealthFinding, Maintenance, MigrationReport } from "../../../engine/index.ts";
import type { Pool } from "../client/pool.ts";
import { migrate } from "../database/migrate.ts";
import type { PostgresSettings } from "../options.ts";
import type { Signals } from "../signals/signals.ts";
import { diagnose } from "./diagnose.ts";

// A migration waits for no lock longer than a moment, but may have much to write.
const MIGRATION_MS = 600_000;

/** Migration and health. */
export class PostgresMaintenance implements Maintenance {
  readonly #settings: PostgresSettings;
  readonly #pool: Pool;
  readonly #signals: Signals;

  constructor(settings: PostgresSettings, pool: Pool, signals: Signals) {
    this.#settings = settings;
    this.#pool = pool;
    this.#signals = signals;
  }

  migrate({ dryRun }: { readonly dryRun: boolean }): Promise<MigrationReport> {
    return migrate(this.#settings, { dryRun, deadlineAt: Date.now() + MIGRATION_MS });
  }

  diagnose(): Promise<readonly HealthFinding[]> {
    return diagnose(this.#pool, this.#settings, () => this.#signals.mode());
  }
}
